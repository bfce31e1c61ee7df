"""What mail programs in many languages write above the mails they quote, typed by hand."""

from __future__ import annotations

from typing import Final

BLOCKS: Final = {
    "en Outlook": """\
From: Ben Okafor <ben@contoso.com>
Sent: Friday, November 20, 2026 4:12 PM
To: Anna Lindqvist <anna@contoso.com>
Cc: Lena Fischer
Subject: RE: Numbers""",
    "en Outlook, old": """\
-----Original Message-----
From: Ben Okafor [mailto:ben@contoso.com]
Sent: 20 November 2026 16:12
To: Anna
Subject: Numbers""",
    "en Apple Mail": """\
From: Ben Okafor <ben@contoso.com>
Subject: Numbers
Date: 20 November 2026 at 16:12:08 CET
To: Anna <anna@contoso.com>""",
    "en Hotmail": """\
Date: Fri, 20 Nov 2026 16:12:45 +0100
Subject: Numbers
From: Ben Okafor <ben@contoso.com>
To: anna@contoso.com""",
    "en with stars": """\
*From:* Ben Okafor <ben@contoso.com>
*Sent:* Friday, November 20, 2026 4:12 PM
*To:* Anna <anna@contoso.com>
*Subject:* Numbers""",
    "de Outlook": """\
Von: Ben Okafor <ben@contoso.com>
Gesendet: Freitag, 20. November 2026 16:12
An: Anna <anna@contoso.com>
Cc: Lena Fischer
Betreff: AW: Zahlen""",
    "de Outlook, old": """\
-----Ursprüngliche Nachricht-----
Von: Ben Okafor
Gesendet: Freitag, 20. November 2026 16:12
An: Anna
Betreff: Zahlen""",
    "fr Outlook": """\
De : Ben Okafor <ben@contoso.com>
Envoyé : vendredi 20 novembre 2026 16:12
À : Anna <anna@contoso.com>
Objet : RE: Chiffres""",
    "es Outlook": """\
De: Ben Okafor <ben@contoso.com>
Enviado: viernes, 20 de noviembre de 2026 16:12
Para: Anna <anna@contoso.com>
Asunto: RE: Cifras""",
    "it Outlook": """\
Da: Ben Okafor <ben@contoso.com>
Inviato: venerdì 20 novembre 2026 16:12
A: Anna <anna@contoso.com>
Oggetto: R: Numeri""",
    "pt Outlook": """\
De: Ben Okafor <ben@contoso.com>
Enviado: 20 de novembro de 2026 16:12
Para: Anna <anna@contoso.com>
Assunto: RE: Números""",
    "nl Outlook": """\
Van: Ben Okafor <ben@contoso.com>
Verzonden: vrijdag 20 november 2026 16:12
Aan: Anna <anna@contoso.com>
Onderwerp: RE: Cijfers""",
    "sv Outlook": """\
Från: Ben Okafor <ben@contoso.com>
Skickat: den 20 november 2026 16:12
Till: Anna <anna@contoso.com>
Kopia: Lena Fischer
Ämne: SV: Siffror""",
    "da Outlook": """\
Fra: Ben Okafor <ben@contoso.com>
Sendt: 20. november 2026 16:12
Til: Anna <anna@contoso.com>
Emne: SV: Tal""",
    "no Outlook": """\
Fra: Ben Okafor <ben@contoso.com>
Sendt: fredag 20. november 2026 16:12
Til: Anna <anna@contoso.com>
Kopi: Lena Fischer
Emne: SV: Tall""",
    "pl Outlook": """\
Od: Ben Okafor <ben@contoso.com>
Wysłano: piątek, 20 listopada 2026 16:12
Do: Anna <anna@contoso.com>
DW: Lena Fischer
Temat: ODP: Liczby""",
    "ru Outlook": """\
От: Ben Okafor <ben@contoso.com>
Отправлено: 20 ноября 2026 г. 16:12
Кому: Anna <anna@contoso.com>
Тема: RE: Числа""",
    "ja Outlook": """\
差出人: Ben Okafor <ben@contoso.com>
送信日時: 2026年11月20日 16:12
宛先: Anna <anna@contoso.com>
件名: RE: 数字""",
    "zh Outlook": """\
发件人: Ben Okafor <ben@contoso.com>
发送时间: 2026年11月20日 16:12
收件人: Anna <anna@contoso.com>
主题: 答复: 数字""",
    "zh Outlook, Taiwan": """\
寄件者： Ben Okafor <ben@contoso.com>
傳送日期： 2026年11月20日 下午 04:12
收件者： Anna <anna@contoso.com>
主旨： RE: 數字""",
    "ko Outlook": """\
보낸 사람: Ben Okafor <ben@contoso.com>
보낸 날짜: 2026년 11월 20일 금요일 오후 4:12
받는 사람: Anna <anna@contoso.com>
제목: RE: 숫자""",
}

ATTRIBUTIONS: Final = {
    "en Gmail": "On Fri, Nov 20, 2026 at 4:12 PM Ben Okafor <ben@contoso.com> wrote:",
    "en Gmail, wrapped": "On Fri, Nov 20, 2026 at 4:12 PM Ben Okafor\n<ben@contoso.com> wrote:",
    "en Apple": "On 20 Nov 2026, at 16:12, Ben Okafor <ben@contoso.com> wrote:",
    "en Thunderbird": "On 20/11/2026 16:12, Ben Okafor wrote:",
    "en tuimail": "On Fri 20 Nov 2026 at 16:12 Ben Okafor wrote:",
    "de Gmail": "Am Fr., 20. Nov. 2026 um 16:12 Uhr schrieb Ben Okafor <ben@contoso.com>:",
    "de Apple": "Am 20.11.2026 um 16:12 schrieb Ben Okafor <ben@contoso.com>:",
    "fr Gmail": "Le ven. 20 nov. 2026 à 16:12, Ben Okafor <ben@contoso.com> a écrit :",
    "es Gmail": "El vie, 20 nov 2026 a las 16:12, Ben Okafor (<ben@contoso.com>) escribió:",
    "it Gmail": "Il giorno ven 20 nov 2026 alle ore 16:12 Ben Okafor <ben@contoso.com> ha scritto:",
    "pt Gmail": "Em sex., 20 de nov. de 2026 às 16:12, Ben Okafor <ben@contoso.com> escreveu:",
    "nl Gmail": "Op vr 20 nov 2026 om 16:12 schreef Ben Okafor <ben@contoso.com>:",
    "nl Apple": "Op 20 nov. 2026, om 16:12 heeft Ben Okafor <ben@contoso.com> geschreven:",
    "sv Gmail": "Den fre 20 nov. 2026 kl 16:12 skrev Ben Okafor <ben@contoso.com>:",
    "da Gmail": "Den fre. 20. nov. 2026 kl. 16.12 skrev Ben Okafor <ben@contoso.com>:",
    "no Gmail": "fre. 20. nov. 2026 kl. 16:12 skrev Ben Okafor <ben@contoso.com>:",
    "pl Gmail": "pt., 20 lis 2026 o 16:12 Ben Okafor <ben@contoso.com> napisał(a):",
    "ru Gmail": "пт, 20 нояб. 2026 г. в 16:12, Ben Okafor <ben@contoso.com>:",
    "ru Apple": "20 нояб. 2026 г., в 16:12, Ben Okafor <ben@contoso.com> написал(а):",
    "ja Gmail": "2026年11月20日(金) 16:12 Ben Okafor <ben@contoso.com>:",
    "ja Apple": "2026/11/20 16:12、Ben Okafor <ben@contoso.com>のメール:",
    "zh Gmail": "Ben Okafor <ben@contoso.com> 于2026年11月20日周五 16:12写道：",
    "zh Gmail, Taiwan": "Ben Okafor <ben@contoso.com> 於 2026年11月20日 週五 下午4:12寫道：",
    "ko Gmail": "2026년 11월 20일 (금) 오후 4:12, Ben Okafor <ben@contoso.com>님이 작성:",
}

DISCLAIMERS: Final = {
    "en": "This e-mail and any attachments are confidential and may be privileged. If you are not"
    " the intended recipient, notify the sender and delete it; any copying is unauthorised.",
    "de": "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Adressat"
    " sind oder diese E-Mail irrtümlich erhalten haben, informieren Sie bitte den Absender.",
    "fr": "Ce message est confidentiel et destiné à l'usage exclusif de son destinataire. Si vous"
    " l'avez reçu par erreur, merci d'en avertir l'expéditeur et de le supprimer.",
    "es": "Este mensaje es confidencial y va dirigido a su destinatario. Si lo ha recibido por"
    " error, comunique el hecho al remitente y proceda a eliminar el mensaje.",
    "it": "Il contenuto di questo messaggio è riservato ai soli destinatari. Se lo avete ricevuto"
    " per errore siete pregati di cancellarlo e di informare il mittente.",
    "pt": "Esta mensagem é confidencial e dirige-se apenas ao destinatário. Se a recebeu por"
    " engano, informe o remetente e apague-a; a sua divulgação é proibida.",
    "nl": "Dit bericht is vertrouwelijk en uitsluitend bestemd voor de geadresseerde. Hebt u het"
    " ten onrechte ontvangen, waarschuw dan de afzender; openbaarmaking is niet toegestaan.",
    "sv": "Detta meddelande är konfidentiellt och endast avsett för mottagaren. Har du fått det av"
    " misstag, meddela avsändaren och radera meddelandet.",
    "da": "Denne mail kan indeholde fortrolig information og er kun til modtageren. Hvis du har"
    " modtaget den ved en fejl, bedes du underrette afsenderen og slette den.",
    "no": "Denne e-posten kan inneholde konfidensiell informasjon til mottakeren. Har du fått den"
    " ved en feil, ber vi deg varsle avsender og slette den.",
    "pl": "Wiadomość zawiera informacje poufne przeznaczone dla adresata. Jeżeli otrzymali ją"
    " Państwo omyłkowo, prosimy powiadomić nadawcę i usunąć wiadomość.",
    "ru": "Это сообщение конфиденциально и предназначено только для адресата. Если вы получили его"
    " по ошибке, сообщите отправителю и удалите его.",
    "ja": "本メールは機密情報を含み、宛先に記載された受信者のみに宛てたものです。"
    "誤って受信された場合は、送信者にご連絡のうえ、削除していただきますようお願いいたします。",
    "zh": "本邮件及其附件含有保密信息，仅限于发送给上面地址中列出的收件人。"
    "如果您错误地收到了本邮件，请立即通知发件人并删除本邮件，禁止任何人未经授权使用。",
    "ko": "이 메일은 기밀 정보를 포함하고 있으며 지정된 수신자만을 위한 것입니다."
    " 잘못 수신하신 경우에는 발신자에게 알려 주시고 즉시 삭제하여 주시기 바라며"
    " 무단 사용을 금지합니다.",
}

BANNERS: Final = {
    "en, long": "CAUTION: This email originated from outside of the organization. Do not click"
    " links or open\nattachments unless you recognize the sender and know the content is safe.",
    "en, short": "[EXTERNAL]",
    "en, words": "EXTERNAL EMAIL: do not click links unless you know the sender.",
    "en, stars": "*** EXTERNAL SENDER ***",
    "en, Outlook": "You don't often get email from ben@x.example. Learn why this is important",
    "de": "ACHTUNG: Diese E-Mail kommt von außerhalb. Klicken Sie nicht auf Links, wenn Sie den"
    " Absender nicht kennen.",
    "de, short": "[EXTERN]",
    "fr": "ATTENTION : ce courriel provient de l'extérieur. Ne cliquez pas sur les liens.",
    "es": "PRECAUCIÓN: este correo proviene de fuera de la organización. No haga clic en enlaces.",
    "it": "ATTENZIONE: questa email proviene dall'esterno. Non fare clic sui link.",
    "pt": "CUIDADO: este e-mail foi originado fora da organização. Não clique em links.",
    "nl": "LET OP: deze e-mail komt van buiten de organisatie. Klik niet op links.",
    "sv": "VARNING: mejlet kommer från någon utanför organisationen. Klicka inte på länkar.",
    "da": "ADVARSEL: denne mail er sendt uden for organisationen. Klik ikke på links.",
    "no": "ADVARSEL: denne e-posten kommer utenfor organisasjonen. Ikke klikk på lenker.",
    "pl": "UWAGA: wiadomość pochodzi spoza organizacji. Nie klikaj w linki.",
    "ru": "ВНИМАНИЕ: письмо отправлено извне. Не переходите по ссылкам.",
    "ja": "【注意】このメールは社外から送信されています。リンクをクリックしないでください。",
    "zh": "注意：此邮件来自组织外部。请勿点击链接。",
    "ko": "주의: 이 메일은 조직 외부에서 발송되었습니다. 링크를 클릭하지 마세요.",
}
