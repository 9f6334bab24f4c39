"""The words of a printed history, in the practice's languages."""

from collections.abc import Mapping
from dataclasses import dataclass

from pazpaz.accounts.models import Locale
from pazpaz.timeline.models import EventType


@dataclass(frozen=True)
class Words:
    """One language's words; `kinds` names every event."""

    is_right_to_left: bool
    title: str
    period: str
    since: str
    until: str
    whole: str
    only: str
    events: str
    zone: str
    printed: str
    confidential: str
    page: str
    nothing: str
    left_out: str
    months: tuple[str, ...]
    day: str
    kinds: Mapping[EventType, str]


_E = EventType
WORDS: Mapping[Locale, Words] = {
    Locale.EN: Words(
        is_right_to_left=False,
        title="Client history",
        period="Period",
        since="from {day}",
        until="until {day}",
        whole="the whole history",
        only="Only",
        events="Events",
        zone="Times",
        printed="Printed {day}",
        confidential="Confidential health record",
        page="Page {page} of {pages}",
        nothing="Nothing happened in this period.",
        left_out="The newest {shown} of {total} events. Print the earlier ones with an earlier period.",
        months=(
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December",
        ),
        day="{day} {month:.3} {year}",
        kinds={
            _E.APPOINTMENT_SCHEDULED: "Appointment scheduled",
            _E.APPOINTMENT_COMPLETED: "Appointment took place",
            _E.APPOINTMENT_CANCELLED: "Appointment cancelled",
            _E.APPOINTMENT_NO_SHOW: "Client did not come",
            _E.SESSION: "Session note",
            _E.SESSION_FINALIZED: "Session note finalized",
            _E.SESSION_AMENDED: "Session note amended",
            _E.PLAN_CREATED: "Plan of care begun",
            _E.PLAN_UPDATED: "Plan of care changed",
            _E.PLAN_COMPLETED: "Plan of care completed",
            _E.PLAN_DISCONTINUED: "Plan of care discontinued",
            _E.MILESTONE_ACHIEVED: "Milestone achieved",
        },
    ),
    Locale.HE: Words(
        is_right_to_left=True,
        title="היסטוריית טיפול",
        period="תקופה",
        since="מ־{day}",
        until="עד {day}",
        whole="כל ההיסטוריה",
        only="רק",
        events="אירועים",
        zone="שעות",
        printed="הודפס ב־{day}",
        confidential="מידע רפואי חסוי",
        page="עמוד {page} מתוך {pages}",
        nothing="לא היו אירועים בתקופה זו.",
        left_out="{shown} האירועים החדשים מתוך {total}. את הקודמים אפשר להדפיס בתקופה מוקדמת יותר.",
        months=(
            "ינואר", "פברואר", "מרץ", "אפריל", "מאי", "יוני", "יולי", "אוגוסט", "ספטמבר", "אוקטובר", "נובמבר",
            "דצמבר",
        ),
        day="{day}.{number}.{year}",
        kinds={
            _E.APPOINTMENT_SCHEDULED: "פגישה נקבעה",
            _E.APPOINTMENT_COMPLETED: "פגישה התקיימה",
            _E.APPOINTMENT_CANCELLED: "פגישה בוטלה",
            _E.APPOINTMENT_NO_SHOW: "אי־הגעה לפגישה",
            _E.SESSION: "תיעוד טיפול",
            _E.SESSION_FINALIZED: "תיעוד הטיפול נחתם",
            _E.SESSION_AMENDED: "תוספת לתיעוד הטיפול",
            _E.PLAN_CREATED: "תוכנית טיפול נפתחה",
            _E.PLAN_UPDATED: "תוכנית הטיפול עודכנה",
            _E.PLAN_COMPLETED: "תוכנית הטיפול הושלמה",
            _E.PLAN_DISCONTINUED: "תוכנית הטיפול הופסקה",
            _E.MILESTONE_ACHIEVED: "אבן דרך הושגה",
        },
    ),
}  # fmt: skip
