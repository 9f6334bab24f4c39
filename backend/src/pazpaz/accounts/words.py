"""What mails about accounts say in Hebrew and English."""

from collections.abc import Mapping

from pazpaz.accounts.models import NoticeEvent

Words = Mapping[str, str]

HELLO: Words = {"en": "Hello,", "he": "שלום,"}
SIGN_IN: Words = {"en": "Sign in", "he": "כניסה"}
YOUR_PRACTICE: Words = {"en": "your practice", "he": "המרפאה שלך"}

LINK_SUBJECT: Words = {"en": "Your sign-in link for PazPaz", "he": "קישור הכניסה שלך ל-PazPaz"}
LINK: Words = {"en": "Enter {practice}:", "he": "לכניסה אל {practice}:"}
LINK_ENDS: Words = {
    "en": (
        "The link works once, for ten minutes, in the browser where you asked for it."
        " Another browser asks for the six digits that are shown there."
    ),
    "he": (
        "הקישור פועל פעם אחת, במשך עשר דקות, בדפדפן שבו ביקשת אותו."
        " בדפדפן אחר תתבקש הקלדת שש הספרות שמוצגות שם."
    ),
}
LINK_UNASKED: Words = {
    "en": "If you did not ask for it, you need do nothing.",
    "he": "אם לא ביקשת את הקישור, אין צורך לעשות דבר.",
}

INVITATION_SUBJECT: Words = {"en": "You are invited to PazPaz", "he": "הוזמנת ל-PazPaz"}
INVITED: Words = {
    "en": "You are now a member of {practice} in PazPaz. Sign in with this e-mail address:",
    "he": "צורפת אל {practice} ב-PazPaz. הכניסה באמצעות כתובת הדוא״ל הזו:",
}
INVITED_BY: Words = {"en": "a practice", "he": "מרפאה"}
INVITED_UNKNOWN: Words = {
    "en": "If you do not know this practice, you need do nothing.",
    "he": "אם המרפאה אינה מוכרת לך, אין צורך לעשות דבר.",
}

DELETED: Words = {"en": "your practice", "he": "המרפאה"}
DELETION_SUBJECT: Words = {
    "en": "Your PazPaz practice will be deleted",
    "he": "המרפאה שלך ב-PazPaz תימחק",
}
DELETION: Words = {
    "en": "An owner of {practice} has asked for it to be deleted from PazPaz.",
    "he": "התקבלה בקשה מאחד מבעלי המרפאה למחוק את {practice} מ-PazPaz.",
}
DELETION_DUE: Words = {
    "en": (
        "It will be deleted on {date}. Until then everything works as before, reminders to clients too,"
        " and an owner can take the deletion back:"
    ),
    "he": ("המחיקה תתבצע ב-{date}. עד אז הכול פועל כרגיל, גם התזכורות למטופלים, ואפשר לבטל את המחיקה:"),
}
DELETION_ENDS: Words = {
    "en": (
        "After that nobody can read its notes, clients and files any more, and we cannot bring them back."
    ),
    "he": (
        "אחרי המועד הזה איש לא יוכל עוד לקרוא את הרשומות, פרטי המטופלים והקבצים,"
        " וגם אנחנו לא נוכל לשחזר אותם."
    ),
}
KEPT_SUBJECT: Words = {"en": "Your PazPaz practice stays", "he": "המרפאה שלך ב-PazPaz נשארת"}
KEPT: Words = {
    "en": "The deletion of {practice} from PazPaz was taken back. Nothing was lost.",
    "he": "המחיקה של {practice} מ-PazPaz בוטלה. דבר לא אבד.",
}

NOTICE_SUBJECT: Words = {"en": "About your sign-in to PazPaz", "he": "בנוגע לכניסה שלך ל-PazPaz"}
NOTICES: Mapping[str, Words] = {
    "en": {
        NoticeEvent.FACTOR_ADDED: "A second factor was added to your sign-in.",
        NoticeEvent.FACTOR_REMOVED: "A second factor was removed from your sign-in.",
        NoticeEvent.RECOVERY_USED: "One of your recovery codes was used to sign in.",
        NoticeEvent.RECOVERY_RENEWED: "New recovery codes were made. The earlier ones do not work any more.",
        NoticeEvent.FACTORS_RESET: (
            "Your second factors were taken away by an owner of the practice or by the operator."
            " You were signed out everywhere, and set up a new one when you sign in next."
        ),
        NoticeEvent.NEW_DEVICE: "Somebody signed in with your address from a browser that was not used before.",
    },
    "he": {
        NoticeEvent.FACTOR_ADDED: "נוסף שלב שני לכניסה שלך.",
        NoticeEvent.FACTOR_REMOVED: "הוסר שלב שני מהכניסה שלך.",
        NoticeEvent.RECOVERY_USED: "אחד מקודי השחזור שלך שימש לכניסה.",
        NoticeEvent.RECOVERY_RENEWED: "נוצרו קודי שחזור חדשים. הקודמים אינם פועלים עוד.",
        NoticeEvent.FACTORS_RESET: (
            "השלב השני בכניסה שלך אופס בידי בעלי המרפאה או בידי מפעילי המערכת."
            " נותקת מכל המכשירים, ובכניסה הבאה יש להגדיר שלב שני חדש."
        ),
        NoticeEvent.NEW_DEVICE: "נעשתה כניסה עם הכתובת שלך מדפדפן שלא שימש קודם.",
    },
}
NOTICE_FROM: Words = {"en": "Your practice", "he": "המרפאה שלך"}
NOTICE_WHERE: Words = {"en": "{practice}, {date}", "he": "{practice}, {date}"}
NOTICE_ACT: Words = {
    "en": (
        "If this was you, you need do nothing. If not, sign in and look at your second factors,"
        " and tell an owner of the practice:"
    ),
    "he": (
        "אם זה היה ביוזמתך, אין צורך לעשות דבר. אם לא, יש להיכנס ולבדוק את השלב השני בכניסה,"
        " ולהודיע לבעלי המרפאה:"
    ),
}
MY_FACTORS: Words = {"en": "My second factors", "he": "לשלב השני שלי"}
