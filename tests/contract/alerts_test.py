"""The alerting rules: each fires in its scenario alone, none in health, and each says what it means and where to read on."""

import json
import re
import subprocess
from pathlib import Path

import pytest

OPS = Path(__file__).resolve().parents[2] / "common" / "ops"
RULES = OPS / "alerts.yml"

# Series of a healthy service, a sample a minute for two hours (promtool: start+step x times).
HEALTHY = {
    'webhooks_build_info{program="webhooks-api"}': "1x120",
    'webhooks_build_info{program="webhooks-worker"}': "1x120",
    "webhooks_store_up": "1x120",
    "webhooks_outbox_oldest_event_age_seconds": "0.01x120",
    "webhooks_deliveries_due": "20x120",
    "webhooks_senders_busy": "8x120",
    "webhooks_senders": "64x120",
    'webhooks_attempts_total{verdict="delivered",error="none"}': "0+600x120",
    'webhooks_attempts_total{verdict="retry",error="timeout"}': "0+20x120",
    'webhooks_attempts_total{verdict="retry",error="internal"}': "0x120",
    "webhooks_webhooks_failing": "3x120",
    'webhooks_webhooks{status="active"}': "400x120",
    'webhooks_api_requests_total{status="202"}': "0+6000x120",
    'webhooks_api_requests_total{status="503"}': "0x120",
    'webhooks_api_request_duration_seconds_bucket{le="0.1"}': "0+6000x120",
    'webhooks_api_request_duration_seconds_bucket{le="2.5"}': "0+6000x120",
    'webhooks_api_request_duration_seconds_bucket{le="+Inf"}': "0+6000x120",
    'webhooks_turn_duration_seconds_bucket{le="0.1"}': "0+6000x120",
    'webhooks_turn_duration_seconds_bucket{le="2.5"}': "0+6000x120",
    'webhooks_turn_duration_seconds_bucket{le="+Inf"}': "0+6000x120",
    "webhooks_api_writes_waiting": "3x120",
    "webhooks_settlements_lost_total": "0x120",
    "webhooks_claims_reclaimed_total": "0x120",
    'webhooks_events_total{status="rejected"}': "5x120",
    "webhooks_deactivated_total": "2x120",
    "webhooks_database_wal_bytes": "4194304x120",
    "webhooks_database_disk_free_bytes": "50000000000x120",
    "webhooks_log_oldest_event_age_seconds": "2592100x120",  # 30 days and a little
}

# What is otherwise when the alert must fire. A series without samples (_) is not there.
TROUBLE = {
    "WebhooksApiDown": {'webhooks_build_info{program="webhooks-api"}': "_x120"},
    "WebhooksWorkerDown": {'webhooks_build_info{program="webhooks-worker"}': "_x120"},
    "WebhooksStoreDown": {"webhooks_store_up": "0x120"},
    "WebhooksOutboxStuck": {"webhooks_outbox_oldest_event_age_seconds": "0+60x120"},
    "WebhooksDeliveriesLate": {"webhooks_deliveries_due": "5000x120"},
    "WebhooksSendersExhausted": {"webhooks_senders_busy": "64x120"},
    "WebhooksAttemptsFailing": {'webhooks_attempts_total{verdict="retry",error="timeout"}': "0+900x120"},
    "WebhooksManyEndpointsFailing": {"webhooks_webhooks_failing": "150x120"},
    "WebhooksOwnFaults": {'webhooks_attempts_total{verdict="retry",error="internal"}': "0+1x120"},
    "WebhooksApiErrors": {'webhooks_api_requests_total{status="503"}': "0+200x120"},
    "WebhooksApiSlow": {'webhooks_api_request_duration_seconds_bucket{le="0.1"}': "0+10x120"},
    "WebhooksTurnsSlow": {'webhooks_turn_duration_seconds_bucket{le="0.1"}': "0+10x120"},
    "WebhooksWritesWaiting": {"webhooks_api_writes_waiting": "3000x120"},
    "WebhooksLeasesLost": {"webhooks_claims_reclaimed_total": "0+1x120"},
    "WebhooksEventsRejected": {'webhooks_events_total{status="rejected"}': "5+1x120"},
    "WebhooksWebhookTurnedInactive": {"webhooks_deactivated_total": "2+1x120"},
    "WebhooksLogGrows": {"webhooks_database_wal_bytes": "3000000000x120"},
    "WebhooksDiskNearlyFull": {"webhooks_database_disk_free_bytes": "100000000x120"},
    "WebhooksRetentionBehind": {"webhooks_log_oldest_event_age_seconds": "3024000x120"},
}


def rules():
    """Each rule's block of the file, by its alert's name."""
    blocks = re.split(r"^\s+- alert: ", RULES.read_text(), flags=re.M)[1:]
    return {block.split("\n", 1)[0].strip(): block for block in blocks}


def story(trouble, firing):
    """After 110 minutes exactly `firing` fire."""
    samples = [{"labels": f'{{alertname="{name}"}}', "value": 1} for name in firing]
    return {
        "interval": "1m",
        "input_series": [{"series": s, "values": v} for s, v in {**HEALTHY, **trouble}.items()],
        "promql_expr_test": [{
            "expr": 'count by (alertname) (ALERTS{alertstate="firing"})',
            "eval_time": "110m",
            "exp_samples": samples,
        }],
    }


def promtool(*arguments):
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_rules_are_well_formed():
    promtool("check", "rules", str(RULES))


def test_each_alert_has_its_scenario():
    assert TROUBLE.keys() == rules().keys()


@pytest.fixture
def judge(tmp_path):
    def run(stories):
        file = tmp_path / "stories.json"  # JSON is YAML
        file.write_text(json.dumps({"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": stories}))
        promtool("test", "rules", str(file))

    return run


def test_nothing_fires_in_health(judge):
    judge([story({}, [])])


def test_each_alert_fires_in_its_scenario_and_no_other_does(judge):
    judge([story(trouble, [name]) for name, trouble in TROUBLE.items()])


def test_a_story_that_is_wrong_is_noticed(judge):
    with pytest.raises(AssertionError):
        judge([story({}, ["WebhooksStoreDown"])])


@pytest.mark.parametrize("name", sorted(TROUBLE))
def test_each_alert_says_what_it_means_and_where_to_read_on(name):
    block = rules()[name]
    for key in ("severity:", "summary:", "description:"):
        assert key in block
    assert f"runbook: GUIDE.md#{name.lower()}\n" in block


def test_the_dashboard_is_one_that_grafana_reads():
    board = json.loads((OPS / "dashboard.json").read_text())
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in board["panels"]]
    assert len(set(places)) == len(places)
    assert all(target["expr"] for panel in board["panels"] for target in panel["targets"])
