"""What a digest says in Hebrew and English."""

from collections.abc import Mapping

from pazpaz.appointments.models import ClientResponse, LocationType
from pazpaz.core.outbox import Hitch
from pazpaz.reminders.models import ReminderKind

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
        ReminderKind.RESCHEDULING: "new time",
    },
    "he": {
        ReminderKind.REMINDER: "תזכורת",
        ReminderKind.CANCELLATION: "הודעת ביטול",
        ReminderKind.RESCHEDULING: "הודעה על מועד חדש",
    },
}
REASONS: Mapping[str, Words] = {
    "en": {
        Hitch.SERVER_UNAVAILABLE: "the mail server could not be reached in time",
        Hitch.REFUSED_FOR_NOW: "the client's mail provider put it off until it was too late",
        Hitch.REFUSED: "the mail server refused the message",
        Hitch.ADDRESS_REFUSED: "the e-mail address does not exist or takes no mail",
        Hitch.UNDELIVERABLE: "it came back as undeliverable",
        Hitch.UNKNOWN: "nobody can say whether it arrived",
        Hitch.UNWRITABLE: "it could not be written; whoever runs PazPaz should look into it",
    },
    "he": {
        Hitch.SERVER_UNAVAILABLE: "לא ניתן היה להגיע לשרת הדואר בזמן",
        Hitch.REFUSED_FOR_NOW: "ספק הדואר של הנמען דחה את הקבלה עד שהיה מאוחר מדי",
        Hitch.REFUSED: "שרת הדואר סירב לקבל את ההודעה",
        Hitch.ADDRESS_REFUSED: "כתובת המייל אינה קיימת או אינה מקבלת דואר",
        Hitch.UNDELIVERABLE: "ההודעה חזרה כבלתי ניתנת למסירה",
        Hitch.UNKNOWN: "אין דרך לדעת אם ההודעה הגיעה",
        Hitch.UNWRITABLE: "לא ניתן היה להכין את ההודעה; כדאי לפנות למי שמפעיל את המערכת",
    },
}
NOT_SENT: Words = {"en": "it was not sent", "he": "ההודעה לא נשלחה"}
