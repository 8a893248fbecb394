"""Small documents of the tests' own, made in memory: Word, OpenDocument, slides, PDF, mail and archives."""

import io
import zipfile


def docx(*paragraphs: str, hidden: str = "", white: str = "", comment: str = "") -> bytes:
    from docx import Document
    from docx.shared import RGBColor

    document = Document()
    for text in paragraphs:
        if text.startswith("# "):
            document.add_heading(text[2:], 1)
        else:
            document.add_paragraph(text)
    if hidden:
        document.add_paragraph().add_run(hidden).font.hidden = True
    if white:
        document.add_paragraph().add_run(white).font.color.rgb = RGBColor(255, 255, 255)
    if comment:
        paragraph = document.add_paragraph("A remark stands beside this.")
        document.add_comment(paragraph.runs, text=comment)
    return saved(document)


def odt(*paragraphs: str) -> bytes:
    """Double spaces become the elements that OpenDocument uses for them."""
    from odf.opendocument import OpenDocumentText
    from odf.text import H, P, S

    document = OpenDocumentText()
    for text in paragraphs:
        if text.startswith("# "):
            document.text.addElement(H(outlinelevel=1, text=text[2:]))
            continue
        paragraph = P()
        for n, word in enumerate(text.split(" ")):
            if n:
                paragraph.addElement(S())
            paragraph.addText(word)
        document.text.addElement(paragraph)
    out = io.BytesIO()
    document.write(out)
    return out.getvalue()


def pptx(title: str, *lines: str, notes: str = "") -> bytes:
    from pptx import Presentation

    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = title
    slide.placeholders[1].text_frame.text = "\n".join(lines)
    if notes:
        slide.notes_slide.notes_text_frame.text = notes
    return saved(deck)


def pdf(*lines: tuple[str, str], password: str = "") -> bytes:
    """One page. Each line comes with the operators that set its looks, such as ``1 g`` for white."""
    from pypdf import PdfWriter
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    writer = PdfWriter()
    page = writer.add_blank_page(600, 800)
    font = DictionaryObject(
        {NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1"),
         NameObject("/BaseFont"): NameObject("/Helvetica")}
    )  # fmt: skip
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Font"): DictionaryObject({NameObject("/F1"): writer._add_object(font)})}
    )
    body = "".join(
        f"BT /F1 12 Tf 0 g 0 Tr {looks} 50 {750 - 16 * n} Td ({text}) Tj ET\n" for n, (text, looks) in enumerate(lines)
    )
    stream = DecodedStreamObject()
    stream.set_data(body.encode("latin-1"))
    page[NameObject("/Contents")] = writer._add_object(stream)
    if password:
        writer.encrypt(password)
    return saved_by(writer.write)


def archive(**files: bytes) -> bytes:
    return zipped({name.replace("__", ".").replace("___", "/"): data for name, data in files.items()})


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in files.items():
            file.writestr(name, data)
    return out.getvalue()


def with_member(data: bytes, name: str, content: bytes) -> bytes:
    """The archive with one more file in it."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return zipped({member: file.read(member) for member in file.namelist() if member != name} | {name: content})


def saved(document: object) -> bytes:
    return saved_by(document.save)  # type: ignore[attr-defined]


def saved_by(write: object) -> bytes:
    out = io.BytesIO()
    write(out)  # type: ignore[operator]
    return out.getvalue()
