"""The words of a printed history, in the practice's languages."""

from collections.abc import Mapping
from dataclasses import dataclass

from pazpaz.accounts.models import Locale
from pazpaz.timeline.models import EventType


@dataclass(frozen=True)
class Words:
    """One language's words; `kinds` names every event."""

    language: Locale
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
    when: str
    what: str
    kinds: Mapping[EventType, str]


WORDS: Mapping[Locale, Words] = {
    Locale.EN: Words(
        language=Locale.EN,
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
        when="When",
        what="What happened",
        kinds={
            EventType.APPOINTMENT_SCHEDULED: "Appointment scheduled",
            EventType.APPOINTMENT_COMPLETED: "Appointment took place",
            EventType.APPOINTMENT_CANCELLED: "Appointment cancelled",
            EventType.APPOINTMENT_NO_SHOW: "Client did not come",
            EventType.SESSION: "Session note",
            EventType.SESSION_FINALIZED: "Session note finalized",
            EventType.SESSION_AMENDED: "Session note amended",
            EventType.PLAN_CREATED: "Plan of care begun",
            EventType.PLAN_UPDATED: "Plan of care changed",
            EventType.PLAN_COMPLETED: "Plan of care completed",
            EventType.PLAN_DISCONTINUED: "Plan of care discontinued",
            EventType.MILESTONE_ACHIEVED: "Milestone achieved",
            EventType.MOVED_HERE: "Moved here from another record",
            EventType.MOVED_AWAY: "Moved to another record",
            EventType.MERGED_HERE: "A second record of the same person was merged into this one",
            EventType.MERGED_AWAY: "This record was merged into another one of the same person",
        },
    ),
    Locale.HE: Words(
        language=Locale.HE,
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
        when="מתי",
        what="מה קרה",
        kinds={
            EventType.APPOINTMENT_SCHEDULED: "פגישה נקבעה",
            EventType.APPOINTMENT_COMPLETED: "פגישה התקיימה",
            EventType.APPOINTMENT_CANCELLED: "פגישה בוטלה",
            EventType.APPOINTMENT_NO_SHOW: "אי־הגעה לפגישה",
            EventType.SESSION: "תיעוד טיפול",
            EventType.SESSION_FINALIZED: "תיעוד הטיפול נחתם",
            EventType.SESSION_AMENDED: "תוספת לתיעוד הטיפול",
            EventType.PLAN_CREATED: "תוכנית טיפול נפתחה",
            EventType.PLAN_UPDATED: "תוכנית הטיפול עודכנה",
            EventType.PLAN_COMPLETED: "תוכנית הטיפול הושלמה",
            EventType.PLAN_DISCONTINUED: "תוכנית הטיפול הופסקה",
            EventType.MILESTONE_ACHIEVED: "אבן דרך הושגה",
            EventType.MOVED_HERE: "הועבר לכאן מתיק אחר",
            EventType.MOVED_AWAY: "הועבר לתיק אחר",
            EventType.MERGED_HERE: "תיק נוסף של אותו אדם אוחד לתיק הזה",
            EventType.MERGED_AWAY: "התיק הזה אוחד לתיק אחר של אותו אדם",
        },
    ),
}  # fmt: skip
