"""What reminders, their calendar entries and the pages behind their links say in Hebrew and English."""

from collections.abc import Mapping

from pazpaz.appointments.models import LocationType
from pazpaz.reminders.links import Act

Words = Mapping[str, str]

SUBJECTS: Words = {
    "en": "Reminder: your appointment on {appointment_date} at {appointment_time}",
    "he": "תזכורת: הפגישה שלך ביום {appointment_date} בשעה {appointment_time}",
}
BODIES: Words = {
    "en": (
        "Hello {client_first_name},\n\n"
        "This is a reminder of your appointment at {practice_name} on {appointment_date} at"
        " {appointment_time}.\n\n{details}\n\nSee you then!"
    ),
    "he": (
        "שלום {client_first_name},\n\n"
        "תזכורת לפגישה שלך אצל {practice_name} ביום {appointment_date} בשעה {appointment_time}."
        "\n\n{details}\n\nלהתראות!"
    ),
}
CANCELLED_SUBJECTS: Words = {
    "en": "Cancelled: your appointment on {appointment_date} at {appointment_time}",
    "he": "בוטלה: הפגישה שלך ביום {appointment_date} בשעה {appointment_time}",
}
CANCELLED_BODIES: Words = {
    "en": (
        "Hello {client_first_name},\n\n"
        "Your appointment at {practice_name} on {appointment_date} at {appointment_time} will not take"
        " place."
    ),
    "he": (
        "שלום {client_first_name},\n\n"
        "הפגישה שלך אצל {practice_name} ביום {appointment_date} בשעה {appointment_time} לא תתקיים."
    ),
}
RESCHEDULED_SUBJECTS: Words = {
    "en": "New time: your appointment on {appointment_date} at {appointment_time}",
    "he": "מועד חדש: הפגישה שלך ביום {appointment_date} בשעה {appointment_time}",
}
RESCHEDULED_BODIES: Words = {
    "en": (
        "Hello {client_first_name},\n\n"
        "Your appointment at {practice_name} has moved. It will be on {appointment_date} at"
        " {appointment_time}, and no longer on {known_date} at {known_time}.\n\n{details}"
    ),
    "he": (
        "שלום {client_first_name},\n\n"
        "הפגישה שלך אצל {practice_name} הועברה. היא תתקיים ביום {appointment_date} בשעה {appointment_time},"
        " ולא ביום {known_date} בשעה {known_time}.\n\n{details}"
    ),
}
REINSTATED_SUBJECTS: Words = {
    "en": "Taking place: your appointment on {appointment_date} at {appointment_time}",
    "he": "מתקיימת: הפגישה שלך ביום {appointment_date} בשעה {appointment_time}",
}
REINSTATED_BODIES: Words = {
    "en": (
        "Hello {client_first_name},\n\n"
        "Your appointment at {practice_name}, which was cancelled, will take place after all: on"
        " {appointment_date} at {appointment_time}.\n\n{details}"
    ),
    "he": (
        "שלום {client_first_name},\n\n"
        "הפגישה שלך אצל {practice_name}, שבוטלה, תתקיים בכל זאת: ביום {appointment_date} בשעה"
        " {appointment_time}.\n\n{details}"
    ),
}
CHANGED_SUBJECTS: Words = {
    "en": "Changed: your appointment on {appointment_date} at {appointment_time}",
    "he": "שינוי: הפגישה שלך ביום {appointment_date} בשעה {appointment_time}",
}
CHANGED_BODIES: Words = {
    "en": (
        "Hello {client_first_name},\n\n"
        "Something has changed about your appointment at {practice_name} on {appointment_date} at"
        " {appointment_time}.\n\n{details}"
    ),
    "he": (
        "שלום {client_first_name},\n\n"
        "חל שינוי בפגישה שלך אצל {practice_name} ביום {appointment_date} בשעה {appointment_time}.\n\n{details}"
    ),
}
NEW: Words = {"en": "What is new:", "he": "מה השתנה:"}
AS_BEFORE: Words = {"en": "As before:", "he": "ללא שינוי:"}
WHERE: Words = {"en": "Where: {place}", "he": "מקום: {place}"}
WITH: Words = {"en": "With: {name}", "he": "עם: {name}"}
UNTIL: Words = {"en": "Until: {time}", "he": "עד שעה: {time}"}
PLACES: Mapping[str, Words] = {
    "en": {
        LocationType.CLINIC: "at the clinic",
        LocationType.HOME: "at your home",
        LocationType.ONLINE: "online",
    },
    "he": {
        LocationType.CLINIC: "בקליניקה",
        LocationType.HOME: "ביקור בית אצלך",
        LocationType.ONLINE: "מקוון",
    },
}
APPOINTMENT: Words = {"en": "Appointment", "he": "פגישה"}
INVENTED: Words = {"en": "Dana", "he": "דנה"}  # the client of a preview
INVENTED_THERAPIST: Words = {"en": "Noa Levi", "he": "נועה לוי"}

LABELS: Mapping[str, Mapping[Act, str]] = {
    "en": {
        Act.CONFIRM: "I will come",
        Act.CANCEL: "I cannot come",
        Act.MOVE: "Ask for another time",
        Act.UNSUBSCRIBE: "No more reminders",
        Act.UNSUBSCRIBE_ADDRESS: "No more reminders to this address",
    },
    "he": {
        Act.CONFIRM: "אגיע",
        Act.CANCEL: "לא אוכל להגיע",
        Act.MOVE: "בקשה למועד אחר",
        Act.UNSUBSCRIBE: "הפסקת תזכורות",
        Act.UNSUBSCRIBE_ADDRESS: "הפסקת התזכורות לכתובת הזו",
    },
}
DONE: Mapping[str, Mapping[Act, str]] = {
    "en": {
        Act.CONFIRM: "Thank you. The practice knows that you will come.",
        Act.CANCEL: "Thank you. The practice knows that you cannot come.",
        Act.MOVE: "Thank you. The practice knows that you ask for another time, and will be in touch.",
    },
    "he": {
        Act.CONFIRM: "תודה. נמסר למרפאה שההגעה אושרה.",
        Act.CANCEL: "תודה. נמסר למרפאה שאין באפשרותך להגיע.",
        Act.MOVE: "תודה. בקשתך למועד אחר נמסרה, והמרפאה תיצור איתך קשר.",
    },
}
STOP_NAMED: Words = {"en": "No more reminders for {name}", "he": "הפסקת התזכורות עבור {name}"}
# Whose reminders end: of one who is named, of one whose address is another one now, of all who have the address.
_STILL = {
    "en": " Should an appointment that you were reminded of change or be cancelled, you are still told.",
    "he": " אם פגישה שכבר נשלחה עליה תזכורת תשתנה או תבוטל, תישלח על כך הודעה.",
}
EXPLAINED: Mapping[str, Words] = {
    "en": {
        "named": "After this the practice sends no more reminders for {name}." + _STILL["en"],
        "one": "After this the practice sends no more reminders for whom this message was about."
        + _STILL["en"],
        "address": "After this the practice sends no more reminders to this address, whoever they are for."
        + _STILL["en"],
    },
    "he": {
        "named": "לאחר מכן המרפאה לא תשלח עוד תזכורות עבור {name}." + _STILL["he"],
        "one": "לאחר מכן המרפאה לא תשלח עוד תזכורות עבור מי שההודעה הזו עסקה בפגישה שלו." + _STILL["he"],
        "address": "לאחר מכן המרפאה לא תשלח עוד תזכורות לכתובת הזו, ולא משנה עבור מי." + _STILL["he"],
    },
}
ENDED: Mapping[str, Words] = {
    "en": {
        "named": "The practice sends no more reminders for {name}." + _STILL["en"],
        "one": "The practice sends no more reminders for whom this message was about." + _STILL["en"],
        "address": "The practice sends no more reminders to this address." + _STILL["en"],
    },
    "he": {
        "named": "המרפאה לא תשלח עוד תזכורות עבור {name}." + _STILL["he"],
        "one": "המרפאה לא תשלח עוד תזכורות עבור מי שההודעה הזו עסקה בפגישה שלו." + _STILL["he"],
        "address": "המרפאה לא תשלח עוד תזכורות לכתובת הזו." + _STILL["he"],
    },
}
ALSO: Words = {
    "en": "Does the practice write to several people at this address?",
    "he": "המרפאה כותבת לכמה אנשים בכתובת הזו?",
}
EXPIRED: Words = {"he": "הקישור אינו בתוקף עוד.", "en": "This link is not valid any more."}
CHANGED: Words = {
    "en": "This appointment has been changed in the meantime. Please look at it again.",
    "he": "הפגישה שונתה בינתיים. כדאי לעבור שוב על הפרטים.",
}
DAY: Words = {"en": "{date}, {time}", "he": "יום {date}, {time}"}


def whose(act: Act, *, is_named: bool) -> str:
    """Return whose reminders a link ends, as the words here call it."""
    if act is Act.UNSUBSCRIBE_ADDRESS:
        return "address"
    return "named" if is_named else "one"
