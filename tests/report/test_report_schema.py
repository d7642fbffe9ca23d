"""The JSON Schema of a report."""

import json
from pathlib import Path

import jsonschema
from run_reports import full_report

from recproxy.report.report_schema import report_schema
from recproxy.report.run_report import report_values

SCHEMA = Path(__file__).parents[2] / "docs/reference/report.schema.json"


def test_a_report_fits_the_schema_that_is_documented():
    schema = json.loads(SCHEMA.read_text())

    jsonschema.validate(json.loads(json.dumps(report_values(full_report()))), schema)
    assert schema == report_schema()
