"""Uploads are read as the access point reads them."""

import httpx

from backend.labels.drivers.openepaperlink.fake_multipart import read_multipart

JPEG = b"\xff\xd8\r\n--not the boundary\x00\n\r\xff\xd9"


def test_what_an_http_client_sends_is_read_whole() -> None:
    fields = {"mac": "0000021234567890", "dither": "0"}
    request = httpx.Request("POST", "http://x/imgupload", data=fields, files={"file": ("a.jpg", JPEG, "image/jpeg")})
    assert read_multipart(request.headers["content-type"], request.read()) == (fields, JPEG)


def test_a_field_after_the_file_comes_too_late() -> None:
    file = b'Content-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\nJPEG\r\n'
    field = b'Content-Disposition: form-data; name="mac"\r\n\r\n0000021234567890\r\n'
    body = b"--b\r\n" + file + b"--b\r\n" + field + b"--b--\r\n"
    assert read_multipart("multipart/form-data; boundary=b", body) == ({}, b"JPEG")


def test_what_is_no_multipart_has_nothing() -> None:
    assert read_multipart("text/plain", b"--") == ({}, b"")
