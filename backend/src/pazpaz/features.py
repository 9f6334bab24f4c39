"""THE list of features: routers, tables, jobs and sweeps are collected from here."""

from fastapi import APIRouter

from pazpaz.access import endpoints as access
from pazpaz.accounts import closing
from pazpaz.accounts import endpoints as accounts
from pazpaz.accounts import jobs as accounts_jobs
from pazpaz.accounts import notices as accounts_notices
from pazpaz.accounts import pages as accounts_pages
from pazpaz.accounts.service import authenticate
from pazpaz.agenda import endpoints as agenda
from pazpaz.amendments import endpoints as amendments
from pazpaz.appointments import endpoints as appointments
from pazpaz.attachments import endpoints as attachments
from pazpaz.attachments import jobs as attachments_jobs
from pazpaz.clients import endpoints as clients
from pazpaz.conflicts import endpoints as conflicts
from pazpaz.core import idempotency
from pazpaz.core.work import Handler, Sweep
from pazpaz.digests import endpoints as digests
from pazpaz.digests import jobs as digests_jobs
from pazpaz.digests import pages as digests_pages
from pazpaz.exports import endpoints as exports
from pazpaz.factors import endpoints as factors
from pazpaz.factors import jobs as factors_jobs
from pazpaz.factors import pages as factors_pages
from pazpaz.plans import endpoints as plans
from pazpaz.reminders import endpoints as reminders
from pazpaz.reminders import jobs as reminders_jobs
from pazpaz.reminders import pages as reminders_pages
from pazpaz.reminders import webhooks as reminders_webhooks
from pazpaz.seals import jobs as seals_jobs
from pazpaz.sessions import endpoints as sessions
from pazpaz.sessions import jobs as sessions_jobs
from pazpaz.sync import endpoints as sync
from pazpaz.timeline import endpoints as timeline
from pazpaz.webapp import pages as webapp

__all__ = ["HANDLERS", "PAGES", "ROUTERS", "SWEEPS", "authenticate"]

ROUTERS: tuple[APIRouter, ...] = (
    accounts.public,
    accounts.router,
    factors.public,
    factors.router,
    clients.router,
    agenda.router,
    appointments.router,
    sync.router,
    conflicts.router,
    sessions.router,
    amendments.router,
    attachments.router,
    plans.router,
    timeline.router,
    reminders.router,
    digests.router,
    access.router,
    exports.router,
)
PAGES: tuple[APIRouter, ...] = (
    accounts_pages.router,
    factors_pages.router,
    reminders_pages.router,
    reminders_webhooks.router,
    digests_pages.router,
    webapp.router,
)
HANDLERS: tuple[Handler, ...] = (
    *accounts_jobs.HANDLERS,
    *accounts_notices.HANDLERS,
    *closing.HANDLERS,
    *attachments_jobs.HANDLERS,
    *reminders_jobs.HANDLERS,
    *digests_jobs.HANDLERS,
)
SWEEPS: tuple[Sweep, ...] = (
    idempotency.SWEEP,
    *accounts_jobs.SWEEPS,
    *accounts_notices.SWEEPS,
    *factors_jobs.SWEEPS,
    *closing.SWEEPS,
    *sessions_jobs.SWEEPS,
    *attachments_jobs.SWEEPS,
    *reminders_jobs.SWEEPS,
    *digests_jobs.SWEEPS,
    *seals_jobs.SWEEPS,
)
