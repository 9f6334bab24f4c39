"""The words of a printed note and of a printed record, in the practice's languages."""

from collections.abc import Mapping
from dataclasses import dataclass

from pazpaz.accounts.models import Locale
from pazpaz.appointments.models import AppointmentStatus, LocationType
from pazpaz.plans.models import MilestoneStatus, PlanStatus


@dataclass(frozen=True)
class Words:
    """One language's words."""

    language: Locale
    note: str
    record: str
    confidential: str
    page: str
    printed: str
    printed_by: str
    practice: str
    zone: str
    period: str
    since: str
    until: str
    whole: str
    archived_notes: str
    files_apart: str
    nobody: str
    details: str
    born: str
    phone: str
    email: str
    address: str
    consent: str
    client_since: str
    tags: str
    about: str
    notes: str
    no_notes: str
    subjective: str
    objective: str
    assessment: str
    plan: str
    nothing_written: str
    finalized: str
    draft: str
    archived: str
    saved: str
    amendment: str
    reason: str
    files: str
    appointments: str
    when: str
    what: str
    status: str
    therapist: str
    plans: str
    diagnosis: str
    goals: str
    frequency: str
    begins: str
    ends: str
    reviewed: str
    planned: str
    milestone: str
    target: str
    achieved: str
    plan_states: Mapping[PlanStatus, str]
    milestone_states: Mapping[MilestoneStatus, str]
    appointment_states: Mapping[AppointmentStatus, str]
    places: Mapping[LocationType, str]


WORDS: Mapping[Locale, Words] = {
    Locale.EN: Words(
        language=Locale.EN,
        note="Session note",
        record="Client record",
        confidential="Confidential health record",
        page="Page {page} of {pages}",
        printed="Printed {day}",
        printed_by="Printed by",
        practice="Practice",
        zone="Times",
        period="Period",
        since="from {day}",
        until="until {day}",
        whole="the whole record",
        archived_notes="Archived notes that are left out",
        files_apart="Files of notes are named here; their content is handed over apart.",
        nobody="somebody who is unknown",
        details="Details",
        born="Date of birth",
        phone="Phone",
        email="E-mail",
        address="Address",
        consent="Consent to treatment",
        client_since="Client since",
        tags="Tags",
        about="Clinical remarks",
        notes="Session notes",
        no_notes="There are no notes in this period.",
        subjective="Subjective",
        objective="Objective",
        assessment="Assessment",
        plan="Plan",
        nothing_written="Nothing is written here.",
        finalized="Finalized {when} by {name}",
        draft="Draft: not finalized",
        archived="Archived: taken out of the record",
        saved="Last saved {when} by {name}",
        amendment="Amendment {number}, {when}, by {name}",
        reason="Reason",
        files="Files",
        appointments="Appointments",
        when="When",
        what="What",
        status="Status",
        therapist="With",
        plans="Plans of care",
        diagnosis="Diagnosis",
        goals="Goals",
        frequency="Frequency",
        begins="Begins",
        ends="Ends",
        reviewed="Review",
        planned="Planned sessions",
        milestone="Milestone",
        target="Target",
        achieved="Achieved",
        plan_states={
            PlanStatus.ACTIVE: "active",
            PlanStatus.COMPLETED: "completed",
            PlanStatus.DISCONTINUED: "discontinued",
        },
        milestone_states={
            MilestoneStatus.PENDING: "pending",
            MilestoneStatus.IN_PROGRESS: "in progress",
            MilestoneStatus.ACHIEVED: "achieved",
            MilestoneStatus.DISCONTINUED: "discontinued",
        },
        appointment_states={
            AppointmentStatus.SCHEDULED: "scheduled",
            AppointmentStatus.COMPLETED: "took place",
            AppointmentStatus.CANCELLED: "cancelled",
            AppointmentStatus.NO_SHOW: "did not come",
        },
        places={LocationType.CLINIC: "clinic", LocationType.HOME: "at home", LocationType.ONLINE: "online"},
    ),
    Locale.HE: Words(
        language=Locale.HE,
        note="סיכום טיפול",
        record="תיק טיפולי",
        confidential="מידע רפואי חסוי",
        page="עמוד {page} מתוך {pages}",
        printed="הודפס ב־{day}",
        printed_by="הודפס על ידי",
        practice="מרפאה",
        zone="שעות",
        period="תקופה",
        since="מ־{day}",
        until="עד {day}",
        whole="כל התיק",
        archived_notes="סיכומים בארכיון שאינם כאן",
        files_apart="הקבצים של הסיכומים מופיעים כאן בשמם; תוכנם נמסר בנפרד.",
        nobody="לא ידוע",
        details="פרטים",
        born="תאריך לידה",
        phone="טלפון",
        email="דוא״ל",
        address="כתובת",
        consent="הסכמה לטיפול",
        client_since="בטיפול מאז",
        tags="תגיות",
        about="הערות קליניות",
        notes="סיכומי טיפול",
        no_notes="אין סיכומים בתקופה הזאת.",
        subjective="סובייקטיבי",
        objective="אובייקטיבי",
        assessment="הערכה",
        plan="תוכנית",
        nothing_written="לא נכתב כאן דבר.",
        finalized="ננעל ב־{when} על ידי {name}",
        draft="טיוטה: לא ננעל",
        archived="בארכיון: הוצא מהתיק",
        saved="נשמר לאחרונה ב־{when} על ידי {name}",
        amendment="תוספת {number}, {when}, מאת {name}",
        reason="סיבה",
        files="קבצים",
        appointments="פגישות",
        when="מתי",
        what="מה",
        status="מצב",
        therapist="בטיפול של",
        plans="תוכניות טיפול",
        diagnosis="אבחנה",
        goals="מטרות",
        frequency="תדירות",
        begins="התחלה",
        ends="סיום",
        reviewed="בחינה מחדש",
        planned="פגישות מתוכננות",
        milestone="אבן דרך",
        target="יעד",
        achieved="הושגה",
        plan_states={
            PlanStatus.ACTIVE: "פעילה",
            PlanStatus.COMPLETED: "הושלמה",
            PlanStatus.DISCONTINUED: "הופסקה",
        },
        milestone_states={
            MilestoneStatus.PENDING: "ממתינה",
            MilestoneStatus.IN_PROGRESS: "בעבודה",
            MilestoneStatus.ACHIEVED: "הושגה",
            MilestoneStatus.DISCONTINUED: "הופסקה",
        },
        appointment_states={
            AppointmentStatus.SCHEDULED: "נקבעה",
            AppointmentStatus.COMPLETED: "התקיימה",
            AppointmentStatus.CANCELLED: "בוטלה",
            AppointmentStatus.NO_SHOW: "אי־הגעה",
        },
        places={
            LocationType.CLINIC: "בקליניקה",
            LocationType.HOME: "ביקור בית",
            LocationType.ONLINE: "מקוון",
        },
    ),
}
