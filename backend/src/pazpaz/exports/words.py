"""What an export says of itself, in Hebrew and English."""

README = """\
PazPaz export · ייצוא מ-PazPaz

*.csv           for people; opens in a spreadsheet. An apostrophe stands before what it could take for a formula.
*.jsonl         for programs: one JSON object a line, in UTF-8, with the exact text.
files/          attachments, by id; attachments.csv has their names.
manifest.json   when it was made, the rows and SHA-256 of each file, and attachments whose file is missing or changed.

\u200f*.csv — לקריאה בגיליון אלקטרוני. לפני טקסט שנראה כמו נוסחה נוסף גרש.
\u200f*.jsonl — לתוכנות: אובייקט JSON בכל שורה, הטקסט המדויק.
\u200ffiles/ — הקבצים המצורפים, לפי מזהה; השמות ב-attachments.csv.

This is health data in plain text. Keep it where only you can read it.
\u200fזהו מידע רפואי לא מוצפן. יש לשמור אותו במקום שרק לך גישה אליו.
"""
