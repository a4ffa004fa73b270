"""Raw mails as a mail server would hand them over."""

from base64 import encodebytes
from email.header import Header
from email.utils import format_datetime

from tests.moments import moment


def raw_mail(
    text="Internet saya mati sejak pagi.",
    *,
    sender="Siti Rahmawati <siti@mail.example>",
    to="keluhan@nusanet.example",
    subject="Internet mati",
    message_id="<a1@mail.example>",
    date="2026-11-20 08:59",
    **headers,
):
    """An RFC 5322 mail as bytes; further headers as in_reply_to='<...>'; a header that is None is left out."""
    name, _, address = sender.rpartition(" ")
    lines = {
        "From": f"{Header(name, 'utf-8').encode()} {address}".strip(),
        "To": to,
        "Subject": Header(subject, "utf-8").encode(),
        "Message-ID": message_id,
        "Date": format_datetime(moment(date)),
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
    } | {key.replace("_", "-").title(): value for key, value in headers.items()}
    head = "".join(f"{key}: {value}\r\n" for key, value in lines.items() if value is not None)
    return (head + "\r\n" + text.replace("\n", "\r\n") + "\r\n").encode()


def mail_with_file(*contents, name="bukti.pdf", content_type="application/pdf", text="Lihat bukti.", **fields):
    """A mail with a file for each of the contents, in base64 as mail programs send it."""
    parts = [f"Content-Type: text/plain; charset=utf-8\n\n{text}"]
    parts += [
        f"Content-Type: {content_type}\nContent-Transfer-Encoding: base64\n"
        f'Content-Disposition: attachment; filename="{name}"\n\n{encodebytes(content).decode()}'
        for content in contents
    ]
    body = "".join(f"--batas\n{part}\n" for part in parts) + "--batas--"
    return raw_mail(body, content_type='multipart/mixed; boundary="batas"', **fields)
