"""What a mail about an answer says in Hebrew and English; it names no client."""

from collections.abc import Mapping

from pazpaz.appointments.models import ClientResponse

Words = Mapping[str, str]

SUBJECTS: Mapping[str, Words] = {
    "en": {
        ClientResponse.DECLINED: "Cannot come: {date}, {time}",
        ClientResponse.MOVE_REQUESTED: "Asks for another time: {date}, {time}",
    },
    "he": {
        ClientResponse.DECLINED: "ההגעה לא תתאפשר: יום {date}, {time}",
        ClientResponse.MOVE_REQUESTED: "בקשה למועד אחר: יום {date}, {time}",
    },
}
BODIES: Mapping[str, Words] = {
    "en": {
        ClientResponse.DECLINED: (
            "The client of your appointment on {date} at {time} has answered that they cannot come."
        ),
        ClientResponse.MOVE_REQUESTED: (
            "The client of your appointment on {date} at {time} asks for another time."
        ),
    },
    "he": {
        ClientResponse.DECLINED: "התקבלה תשובה לגבי הפגישה שלך ביום {date} בשעה {time}: ההגעה לא תתאפשר.",
        ClientResponse.MOVE_REQUESTED: "התקבלה תשובה לגבי הפגישה שלך ביום {date} בשעה {time}: בקשה למועד אחר.",
    },
}
STANDS: Words = {
    "en": "It stands in your calendar until you cancel or move it. Who it is, PazPaz shows:",
    "he": "הפגישה נשארת ביומן עד שתבוטל או תועבר. הפרטים מופיעים ב־PazPaz:",
}
OPEN: Words = {"en": "Open the calendar", "he": "פתיחת היומן"}
ANSWERED: Words = {
    "en": "Answered on {date} at {time}.",
    "he": "התשובה התקבלה ביום {date} בשעה {time}.",
}
