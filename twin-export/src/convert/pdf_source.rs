//! A PDF file as its parser reads it, with the codes that are a bullet by the specification alone.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use unpdf::Result;
use unpdf::parser::LinkAnnotations;
use unpdf::parser::backend::{
    BackendFontInfo, ContentOp, DecodedRun, DecodedText, GlyphAdvance, PageBox, PageContent, PageId,
    PaintedXObject, PdfBackend, PdfMetadataRaw, RawBackend, RawOutlineItem, RawXObject, ResourceScope,
};

use super::pdf_layers::Layers;
use super::pdf_turned::Turn;

/// An open file.
pub(super) struct Source {
    file: RawBackend,
    layers: Option<Layers>,
    turned: Mutex<BTreeMap<PageId, Turn>>,
}

/// `WinAnsiEncoding` names no letter for these: "all unused codes greater than 40 map to the bullet character".
const UNUSED: [u8; 6] = [0x7F, 0x81, 0x8D, 0x8F, 0x90, 0x9D];
/// The bullet's own code there.
const BULLET: u8 = 0x95;

impl Source {
    pub(super) fn open(bytes: &[u8]) -> Result<Self> {
        Ok(Self { file: RawBackend::load_bytes(bytes)?, layers: None, turned: Mutex::default() })
    }

    /// Without the text of layers that are off.
    pub(super) fn with_layers(self, bytes: &[u8]) -> Self {
        Self { layers: Layers::read(bytes), ..self }
    }

    /// Reads a page turned from now on.
    pub(super) fn turn(&self, page: PageId, turn: Turn) {
        self.turned.lock().unwrap_or_else(PoisonError::into_inner).insert(page, turn);
    }

    fn turned(&self, page: PageId) -> Option<Turn> {
        self.turned.lock().unwrap_or_else(PoisonError::into_inner).get(&page).copied()
    }

    /// Whether text of a layer has been left out.
    pub(super) fn has_hidden(&self) -> bool {
        self.layers.as_ref().is_some_and(Layers::has_hidden)
    }

    fn with_bullets<'b>(&self, scope: ResourceScope, font: &[u8], bytes: &'b [u8]) -> Cow<'b, [u8]> {
        let says = |code: u8| self.file.decode_text(scope, font, &[code]).text;
        let has_any = || bytes.iter().any(|byte| UNUSED.contains(byte));
        if !has_any() || says(BULLET) != "•" {
            return Cow::Borrowed(bytes);
        }
        let silent: Vec<u8> = UNUSED.into_iter().filter(|&code| says(code).trim().is_empty()).collect();
        bytes.iter().map(|byte| if silent.contains(byte) { BULLET } else { *byte }).collect()
    }
}

impl PdfBackend for Source {
    fn decode_text(&self, scope: ResourceScope, font: &[u8], bytes: &[u8]) -> DecodedText {
        self.file.decode_text(scope, font, &self.with_bullets(scope, font, bytes))
    }

    fn decode_run(&self, scope: ResourceScope, font: &[u8], bytes: &[u8]) -> DecodedRun {
        self.file.decode_run(scope, font, &self.with_bullets(scope, font, bytes))
    }

    fn glyph_advances(&self, scope: ResourceScope, font: &[u8], bytes: &[u8]) -> Option<Vec<GlyphAdvance>> {
        self.file.glyph_advances(scope, font, &self.with_bullets(scope, font, bytes))
    }

    fn pages(&self) -> BTreeMap<u32, PageId> {
        self.file.pages()
    }

    fn page_fonts(&self, scope: ResourceScope) -> Result<Vec<BackendFontInfo>> {
        self.file.page_fonts(scope)
    }

    fn page_content(&self, page: PageId) -> Result<Vec<u8>> {
        Ok(self.page_content_with_losses(page)?.data)
    }

    fn page_content_with_losses(&self, page: PageId) -> Result<PageContent> {
        let mut content = self.file.page_content_with_losses(page)?;
        if let Some(turn) = self.turned(page) {
            content.data = turn.content(content.data);
        }
        if let Some(layers) = &self.layers {
            layers.note(page, &content.data);
        }
        Ok(content)
    }

    fn decode_content(&self, data: &[u8]) -> Result<Vec<ContentOp>> {
        let operations = self.file.decode_content(data)?;
        Ok(match &self.layers {
            Some(layers) => layers.shown(data, operations),
            None => operations,
        })
    }

    fn is_vertical_font(&self, scope: ResourceScope, font: &[u8]) -> bool {
        self.file.is_vertical_font(scope, font)
    }

    fn metadata(&self) -> PdfMetadataRaw {
        self.file.metadata()
    }

    fn page_box(&self, page: PageId) -> PageBox {
        let page_box = self.file.page_box(page);
        self.turned(page).map_or(page_box, |turn| turn.page_box(page_box))
    }

    fn crop_box(&self, page: PageId) -> PageBox {
        let crop_box = self.file.crop_box(page);
        self.turned(page).map_or(crop_box, |turn| turn.page_box(crop_box))
    }

    fn page_rotation(&self, page: PageId) -> u16 {
        if self.turned(page).is_some() { 0 } else { self.file.page_rotation(page) }
    }

    fn struck_out_areas(&self, page: PageId) -> Vec<PageBox> {
        let areas = self.file.struck_out_areas(page);
        let Some(turn) = self.turned(page) else { return areas };
        areas.into_iter().map(|area| turn.page_box(area)).collect()
    }

    fn link_annotations(&self, page: PageId) -> LinkAnnotations {
        let mut links = self.file.link_annotations(page);
        if let Some(turn) = self.turned(page) {
            let areas = links.annotations.iter_mut().flat_map(|link| &mut link.areas);
            areas.flat_map(|area| &mut area.points).for_each(|point| *point = turn.point(*point));
        }
        links
    }

    fn outline(&self) -> Result<Vec<RawOutlineItem>> {
        self.file.outline()
    }

    fn page_xobjects(&self, page: PageId) -> Result<Vec<RawXObject>> {
        self.file.page_xobjects(page)
    }

    fn xobject(&self, scope: ResourceScope, name: &[u8]) -> Option<PaintedXObject> {
        let painted = self.file.xobject(scope, name)?;
        if let (Some(layers), PaintedXObject::Form(form)) = (&self.layers, &painted) {
            if layers.hides(form.id) {
                return None;
            }
            layers.note(form.id, form.content.as_deref().unwrap_or_default());
        }
        Some(painted)
    }

    fn acroform_fields(&self) -> Vec<unpdf::model::FormField> {
        self.file.acroform_fields()
    }
}
