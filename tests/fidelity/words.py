"""Words, names and charsets that the odd and ordinary messages are made of."""

from __future__ import annotations

from typing import Final, NamedTuple


def _words(text: str) -> list[str]:
    return text.split()


FIRST_NAMES: Final = _words(
    "Alice Bob Carol Dieter Élodie François Günther Håkon Ingrid José Kateřina Łukasz Márta Olga "
    "Paweł Renée Søren Tomáš Zoë Андрей Мария Дмитрий 田中 佐藤 鈴木 王伟 李娜 김민준 Γιώργος Ayşe"
)
LAST_NAMES: Final = _words(
    "Smith Müller García Novák Kowalski Dubois Rossi Ødegård Şahin Jansen O'Brien Papadopoulos "
    "Иванова 太郎 花子 芳 서연"
)
DOMAINS: Final = ("contoso.example", "fabrikam.example", "lists.example", "tailspin.co.example")

LANGUAGES: Final = {
    "en": _words(
        "the meeting budget please review attached report quarterly customer project deadline "
        "team forward approve schedule invoice contract update issue server migration risk summary "
        "minutes regards thanks tomorrow version draft final comments compliance audit latency"
    ),
    "de": _words(
        "die Besprechung Übersicht bitte prüfen Anlage Bericht Quartal Kunde Rechnung Änderung "
        "Störung Größe Maßnahme Grüße vielen Dank Straße Entwurf für über"
    ),
    "fr": _words("la réunion pièce jointe rapport client équipe échéance français créé déjà où"),
    "ru": _words("встреча бюджет пожалуйста проверьте вложение отчёт квартал клиент договор"),
    "ja": _words("会議 予算 ご確認 添付 報告書 四半期 お客様 案件 締切 承認 請求書 契約"),
    "zh": _words("会议 预算 审阅 附件 报告 季度 客户 项目 截止日期 团队 发票"),
    "ko": _words("회의 예산 검토 첨부 보고서 분기 고객 프로젝트 마감"),
    "el": _words("συνάντηση προϋπολογισμός παρακαλώ συνημμένο αναφορά πελάτης έργο"),
}


class Charset(NamedTuple):
    """How a text is written: the label in the message, Python's name, and the language."""

    label: str
    codec: str
    language: str


CHARSETS: Final = (
    Charset("us-ascii", "ascii", "en"),
    Charset("utf-8", "utf-8", "en"),
    Charset("utf-8", "utf-8", "de"),
    Charset("UTF-8", "utf-8", "ru"),
    Charset("utf-8", "utf-8", "ja"),
    Charset("iso-8859-1", "latin-1", "de"),
    Charset("Windows-1252", "cp1252", "fr"),
    Charset("iso-8859-15", "iso8859-15", "fr"),
    Charset("koi8-r", "koi8-r", "ru"),
    Charset("windows-1251", "cp1251", "ru"),
    Charset("iso-2022-jp", "iso2022_jp", "ja"),
    Charset("shift_jis", "shift_jis", "ja"),
    Charset("gb2312", "gb2312", "zh"),
    Charset("gb18030", "gb18030", "zh"),
    Charset("big5", "big5", "en"),
    Charset("euc-kr", "euc_kr", "ko"),
    Charset("ks_c_5601-1987", "euc_kr", "ko"),
    Charset("iso-8859-7", "iso8859-7", "el"),
    Charset("utf-7", "utf-7", "de"),
)
