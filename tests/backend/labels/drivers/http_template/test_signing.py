"""Signatures against what their vendors publish."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from backend.labels.drivers.http_template.signing import aliyun_form, aliyun_signature, signed_form

# The example of Alibaba Cloud's page on signatures of remote procedure calls (ECS, DescribeRegions).
DESCRIBE_REGIONS = {
    "AccessKeyId": "testid",
    "Action": "DescribeRegions",
    "Format": "XML",
    "SignatureMethod": "HMAC-SHA1",
    "SignatureNonce": "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf",
    "SignatureVersion": "1.0",
    "Timestamp": "2016-02-23T12:46:24Z",
    "Version": "2014-05-26",
}
# The example text of SUNMI's page on authentication; the signature it shows there is a stand-in.
SUNMI_TEXT = (
    "app_id=2039dds&content=newproductmask&environment=test&product_id=389238&random=289192"
    "&timestamp=1593029283&user_id=29389&key=kdsofkdsnflke9382938k"
)


class TestAliyun:
    def test_the_published_example(self) -> None:
        assert aliyun_signature("GET", DESCRIBE_REGIONS, "testsecret") == "OLeaidS1JvxuMvnyHOwuJ+uX5qY="

    def test_the_common_parameters_join_the_form(self) -> None:
        now = datetime(2016, 2, 23, 12, 46, 24, tzinfo=UTC)
        form = aliyun_form("GET", {"Action": "DescribeRegions"}, "2014-05-26", "testid", "testsecret", now, "n")
        assert form["Timestamp"] == DESCRIBE_REGIONS["Timestamp"]
        assert form.keys() == DESCRIBE_REGIONS.keys() | {"Signature"}

    @given(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=8), max_size=4), st.text(max_size=8))
    def test_every_change_changes_the_signature(self, form: dict[str, str], added: str) -> None:
        assert aliyun_signature("POST", form, "s") != aliyun_signature("POST", {**form, "\0": added}, "s")
        assert aliyun_signature("POST", form, "s") != aliyun_signature("POST", form, "t")


class TestSignedForm:
    def test_the_published_text_is_what_is_signed(self) -> None:
        form = dict(each.split("=") for each in SUNMI_TEXT.removesuffix("&key=kdsofkdsnflke9382938k").split("&"))
        shuffled = dict(sorted(form.items(), reverse=True))
        signed = signed_form(shuffled, "&key=kdsofkdsnflke9382938k", "sign")
        assert signed["sign"] == hashlib.md5(SUNMI_TEXT.encode()).hexdigest().upper()
        assert signed["sign"] == "4AB07ACA8AC43AC0FD83718BF4D740E1"
        assert {**shuffled, "sign": signed["sign"]} == signed
