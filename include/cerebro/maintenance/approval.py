"""Asks a person before a run changes something: one question for every DAG that has one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from airflow.configuration import conf
from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import Param, get_current_context
from airflow.sdk.exceptions import AirflowSkipException

if TYPE_CHECKING:
    from airflow.sdk import Context

TASK_ID = "approve"
ASK, NOW = "ask", "now"

APPROVE = Param(
    ASK,
    enum=[ASK, NOW],
    type="string",
    title="Approval",
    description="Whether the run waits for somebody to approve what it found, or goes on at once.",
)


class Approval(ApprovalOperator):
    """Waits for an approval, unless the run's Param ``approve`` says not to. A dry run ends here."""

    def execute(self, context: Context) -> Any:
        """Ask, or go on."""
        params = context["params"]
        if params.get("dry_run"):
            raise AirflowSkipException("A dry run: nothing is changed, so nobody is asked")
        if params.get("approve", ASK) == NOW:
            self.log.info("The run's configuration says that nobody is to be asked")
            return None
        return super().execute(context)


def approval(subject: str, body: str) -> Approval:
    """Return the task that asks. Rejected, the run ends without a change; unanswered for a week, it fails.

    Args:
        subject: the question.
        body: what there is to know, in Markdown and Jinja. It stays in Airflow's database: counts, and nobody's data.
    """
    return Approval(
        task_id=TASK_ID,
        task_display_name="Approve",
        subject=subject,
        body=body,
        response_timeout=timedelta(days=7),
        doc_md="Waits until somebody approves or rejects: page *Required Actions* of this run.",
    )


def approved_by() -> dict[str, str]:
    """Return who has approved the current run, as an outcome notes it; nothing if nobody was asked."""
    answer = get_current_context()["ti"].xcom_pull(task_ids=TASK_ID) or {}
    user = answer.get("responded_by_user") or {}
    return {"approved_by": str(user.get("name") or user.get("id"))} if user else {}


def page_address() -> str:
    """Return the path of the page Cerebro on Airflow's server."""
    return f"{urlsplit(conf.get('api', 'base_url', fallback='')).path.rstrip('/')}/cerebro/"
