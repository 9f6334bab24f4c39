"""What an export says of itself, in Hebrew and English."""

_README = """\
PazPaz export · ייצוא מ-PazPaz

*.csv           for people and spreadsheets, a table each.
*.jsonl         for programs: one JSON object a line, in UTF-8, with the exact text.
files/          attachments, by id; attachments.csv has their names.
manifest.json   when it was made, the rows and SHA-256 of each file, and attachments whose file is missing or changed.

In the tables
  ..._at, ..._start  moments in UTC. The column ..._local beside each is the same moment in the practice's time zone,
                     %(zone)s.
  ..._id, ..._by     the name of the client or member stands in the column beside it.
  phone              as it is dialled from the practice: 052-555-0148, +44 20 7946 0958. *.jsonl has it as it was typed.
  '                  an apostrophe stands before a cell that a spreadsheet would take for a formula, and before a phone
                     number that would lose its zero or plus. It is at the cell's start only, and not part of the text.
                     *.jsonl has every text without it.

If letters look like ×©×œ×•×
  The tables are UTF-8 and say so at their start. Some spreadsheets do not look there. Do not save what they show; open
  the file this way:
  Excel              Data > From Text/CSV, choose the file. File origin: 65001: Unicode (UTF-8). Delimiter: Comma.
  LibreOffice        File > Open. Character set: Unicode (UTF-8). Separated by: Comma, nothing else.
  Google Sheets      File > Import > Upload. Separator type: Comma.
  any other          import it as text: encoding UTF-8, separator comma, quotation mark ".
  A cell such as 4/10 becomes a date and 1e5 a number, unless its column is imported as text (Excel: Transform Data;
  LibreOffice: click the column, then Column type: Text; Google Sheets: untick "Convert text to numbers").
  A file that opens in one single column was split at another sign than the comma: close it, open it this way.

\u200f*.csv — טבלאות לקריאה בגיליון אלקטרוני.
\u200f*.jsonl — לתוכנות: אובייקט JSON בכל שורה, הטקסט המדויק.
\u200ffiles/ — הקבצים המצורפים, לפי מזהה; השמות ב-attachments.csv.

\u200fבטבלאות
\u200f  עמודות הזמן הן בשעון UTC. בעמודה לידן, ששמה מסתיים ב-_local, אותו רגע לפי אזור הזמן של הקליניקה, %(zone)s.
\u200f  ליד מזהה של מטופל או של איש צוות כתוב השם.
\u200f  מספרי טלפון כתובים כפי שמחייגים אותם מהקליניקה. ב-*.jsonl הם כפי שהוקלדו.
\u200f  גרש (') עומד בתחילת תא שנראה כמו נוסחה, ולפני מספר טלפון שהיה מאבד אפס או פלוס. הוא רק בתחילת התא
\u200f  ואינו חלק מהטקסט. בקובצי *.jsonl הוא לא מופיע.

\u200fכשבמקום עברית מופיעים סימנים כמו ×©×œ×•×
\u200f  הקבצים בקידוד UTF-8. יש גיליונות שאינם מזהים זאת בעצמם. לא לשמור את מה שמוצג, אלא לפתוח כך:
\u200f  Excel: \u200fנתונים > מטקסט/CSV, לבחור את הקובץ. מקור הקובץ: 65001: Unicode (UTF-8). מפריד: פסיק.
\u200f  LibreOffice: \u200fקובץ > פתיחה. ערכת תווים: Unicode (UTF-8). מופרד באמצעות: פסיק בלבד.
\u200f  Google Sheets: \u200fקובץ > ייבוא > העלאה. סוג המפריד: פסיק.
\u200f  תא כמו 4/10 הופך לתאריך, אלא אם מייבאים את העמודה כטקסט.
\u200f  קובץ שנפתח בעמודה אחת פוצל בסימן אחר מפסיק: לסגור אותו ולפתוח כך.

This is health data in plain text. Keep it where only you can read it.
\u200fזהו מידע רפואי לא מוצפן. יש לשמור אותו במקום שרק לך גישה אליו.
"""


def readme(zone: str) -> str:
    """Return it with the practice's time zone, and line ends that every editor knows."""
    return (_README % {"zone": zone}).replace("\n", "\r\n")
