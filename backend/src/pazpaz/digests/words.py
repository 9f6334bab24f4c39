"""What a digest says in Hebrew and English."""

from collections.abc import Mapping

from pazpaz.appointments.models import ClientResponse, LocationType
from pazpaz.core.work.outbox import FailureReason
from pazpaz.reminders.models import Reason, ReminderKind

Words = Mapping[str, str]

SUBJECT: Words = {"en": "Tomorrow, {date}", "he": "מחר, יום {date}"}
TITLE: Words = {"en": "Tomorrow, {date}", "he": "מחר, יום {date}"}
COMING: Words = {"en": "Appointments", "he": "פגישות"}
FREE: Words = {"en": "No appointments.", "he": "אין פגישות."}
MISSED: Words = {"en": "Mails that did not reach a client", "he": "הודעות שלא הגיעו למטופלים"}
UNWRITTEN: Words = {"en": "Notes to write", "he": "סיכומים שממתינים לכתיבה"}
MORE: Words = {"en": "and {count} more", "he": "ועוד {count}"}
AS_OF: Words = {
    "en": "As it was today at {time}. You get this mail because you switched it on.",
    "he": "נכון להיום בשעה {time}. המייל נשלח כי ביקשת לקבל אותו.",
}
STOP: Words = {"en": "No more evening digests", "he": "הפסקת סיכומי הערב"}

PLACES: Mapping[str, Words] = {
    "en": {
        LocationType.CLINIC: "clinic",
        LocationType.HOME: "at the client's home",
        LocationType.ONLINE: "online",
    },
    "he": {LocationType.CLINIC: "קליניקה", LocationType.HOME: "ביקור בית", LocationType.ONLINE: "מקוון"},
}
RESPONSES: Mapping[str, Words] = {
    "en": {
        ClientResponse.CONFIRMED: "confirmed",
        ClientResponse.DECLINED: "cannot come",
        ClientResponse.MOVE_REQUESTED: "asks for another time",
    },
    "he": {
        ClientResponse.CONFIRMED: "ההגעה אושרה",
        ClientResponse.DECLINED: "לא תתאפשר הגעה",
        ClientResponse.MOVE_REQUESTED: "התבקש מועד אחר",
    },
}
KINDS: Mapping[str, Words] = {
    "en": {
        ReminderKind.REMINDER: "reminder",
        ReminderKind.CANCELLATION: "cancellation",
        ReminderKind.RESCHEDULING: "notice of a change",
    },
    "he": {
        ReminderKind.REMINDER: "תזכורת",
        ReminderKind.CANCELLATION: "הודעת ביטול",
        ReminderKind.RESCHEDULING: "הודעה על שינוי",
    },
}
REASONS: Mapping[str, Words] = {
    "en": {
        FailureReason.SERVER_UNAVAILABLE: "the mail server could not be reached in time",
        FailureReason.REFUSED_FOR_NOW: "the client's mail provider put it off until it was too late",
        FailureReason.REFUSED: "the mail server refused the message",
        FailureReason.ADDRESS_REFUSED: "the e-mail address does not exist or takes no mail",
        Reason.MAILBOX_FULL: "the mailbox is full",
        FailureReason.UNDELIVERABLE: "it came back as undeliverable",
        Reason.CAME_BACK: "it came back, and it is not known why",
        FailureReason.UNKNOWN: "nobody can say whether it arrived",
        FailureReason.UNWRITABLE: "it could not be written; whoever runs PazPaz should look into it",
    },
    "he": {
        FailureReason.SERVER_UNAVAILABLE: "לא ניתן היה להגיע לשרת הדואר בזמן",
        FailureReason.REFUSED_FOR_NOW: "ספק הדואר של הנמען דחה את הקבלה עד שהיה מאוחר מדי",
        FailureReason.REFUSED: "שרת הדואר סירב לקבל את ההודעה",
        FailureReason.ADDRESS_REFUSED: "כתובת המייל אינה קיימת או אינה מקבלת דואר",
        Reason.MAILBOX_FULL: "תיבת הדואר מלאה",
        FailureReason.UNDELIVERABLE: "ההודעה חזרה כבלתי ניתנת למסירה",
        Reason.CAME_BACK: "ההודעה חזרה ולא ידוע מדוע",
        FailureReason.UNKNOWN: "אין דרך לדעת אם ההודעה הגיעה",
        FailureReason.UNWRITABLE: "לא ניתן היה להכין את ההודעה; כדאי לפנות למי שמפעיל את המערכת",
    },
}
NOT_SENT: Words = {"en": "it was not sent", "he": "ההודעה לא נשלחה"}
STOP_ANSWERS: Words = {"en": "No more mails about answers", "he": "הפסקת הודעות על תשובות"}
STOP_ANSWERS_EXPLAINED: Words = {
    "en": "After this no mail tells you when a client cannot come. Their answers stand in the calendar.",
    "he": "לאחר מכן לא תישלח אליך הודעה מיידית כשמטופל אינו יכול להגיע. התשובות מופיעות ביומן.",
}
ANSWERS_STOPPED: Words = {
    "en": "You will not be mailed any more when a client cannot come.",
    "he": "לא יישלחו אליך עוד הודעות מיידיות על תשובות מטופלים.",
}
STOP_EXPLAINED: Words = {
    "en": "After this you get no more evening digests from this practice.",
    "he": "לאחר מכן לא יישלחו אליך עוד סיכומי ערב מהמרפאה הזו.",
}
STOPPED: Words = {
    "en": "You will get no more evening digests from this practice.",
    "he": "לא יישלחו אליך עוד סיכומי ערב מהמרפאה הזו.",
}
