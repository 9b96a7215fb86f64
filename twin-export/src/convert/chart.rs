//! Charts in office files: their titles, and the figures as a table. A value stands at the place that its index says;
//! a gap stays a gap.

mod points;
mod walker;

use std::collections::{BTreeMap, BTreeSet};

use super::package::Package;
use super::prose::Prose;
use super::{Aside, pptx};
use points::Points;
use walker::Walker;

/// A row of figures.
#[derive(Debug, Default)]
struct Series {
    name: String,
    categories: Points,
    values: Points,
    /// Of a scatter or bubble chart: where the points lie.
    x: Points,
    sizes: Points,
    name_source: Option<String>,
    /// What stands at the points: from cells, unless the chart says that it does not show them, or typed.
    labels: Points,
    shows_labels: Option<bool>,
    notes: BTreeMap<u32, String>,
}

impl Series {
    /// A value with what stands at its point.
    fn value(&self, index: u32) -> String {
        let value = self.values.label(index);
        let from_cell =
            if self.shows_labels == Some(false) { String::new() } else { self.labels.label(index) };
        let typed = self
            .notes
            .get(&index)
            .map(|typed| typed.trim_end_matches([',', ';', ':', ' ']))
            .unwrap_or_default();
        let said: Vec<&str> =
            [from_cell.trim(), typed].into_iter().filter(|label| !label.is_empty()).collect();
        match said.join(", ") {
            label if label.is_empty() || label == value => value,
            label if value.is_empty() => label,
            label => format!("{value} ({label})"),
        }
    }

    fn points(&self) -> impl Iterator<Item = &Points> {
        [&self.categories, &self.values, &self.x, &self.sizes, &self.labels].into_iter()
    }

    /// Whether all that it says is in cells that are shown.
    fn is_shown(&self, shows: Shows<'_>) -> bool {
        let is_said = |source: &Option<String>, len: usize| {
            len == 0 || source.as_ref().is_some_and(|source| shows(source, len))
        };
        is_said(&self.name_source, usize::from(!self.name.trim().is_empty()))
            && self.notes.is_empty()
            && self.points().all(|points| is_said(&points.source, points.len()))
    }
}

/// Whether a text shows so many cells of a range.
pub(super) type Shows<'a> = &'a dyn Fn(&str, usize) -> bool;

/// What a chart's part says, and what is drawn on the chart.
pub(super) fn read(package: &mut Package, part: &str, aside: &mut Aside) -> Option<String> {
    read_beside(package, part, aside, None)
}

/// As [`read`], without the figures that stand in cells that are shown.
pub(super) fn read_beside(
    package: &mut Package,
    part: &str,
    aside: &mut Aside,
    shows: Option<Shows<'_>>,
) -> Option<String> {
    let xml = package.part_or_skip(part, aside)?;
    let mut prose = Prose::default();
    write(&xml, &mut prose, shows);
    let relations = if xml.contains("userShapes") { package.relations(part).ok() } else { None };
    for drawn in relations.iter().flatten().filter(|(_, one)| one.kind == "chartUserShapes") {
        if let Some(xml) = package.part_or_skip(&drawn.1.target, aside) {
            let inner = package.relations(&drawn.1.target).unwrap_or_default();
            prose.block();
            prose.verbatim(&pptx::drawing(&xml, &inner, aside).0);
        }
    }
    Some(prose.finish().1)
}

/// Writes what a chart says.
fn write(xml: &str, prose: &mut Prose, shows: Option<Shows<'_>>) {
    let Walker { titles, others, mut series, .. } = Walker::read(xml);
    if let Some(shows) = shows {
        series.retain(|series| !series.is_shown(shows));
    }
    let says_something = |text: &&String| !text.trim().is_empty();
    for (index, title) in titles.iter().filter(says_something).enumerate() {
        prose.line();
        prose.text(if index == 0 && !series.is_empty() { "Chart: " } else { "" });
        prose.text(title);
    }
    for text in others.iter().filter(says_something) {
        prose.line();
        prose.text(text);
    }
    let (places, plain): (Vec<Series>, Vec<Series>) =
        series.into_iter().partition(|series| !series.x.is_empty() || !series.sizes.is_empty());
    if !places.is_empty() {
        prose.table(&points_of(&places));
    }
    // Series over other categories are a table of their own.
    let mut rest = plain.as_slice();
    while let Some(first) = rest.first() {
        let same =
            |series: &&Series| series.categories.is_empty() || series.categories.same(&first.categories);
        let len = rest.iter().take_while(same).count().max(1);
        prose.table(&table_of(&rest[..len]));
        rest = &rest[len..];
    }
}

fn table_of(series: &[Series]) -> Vec<Vec<String>> {
    let mut header = vec!["Category".to_owned()];
    header.extend(series.iter().map(|series| series.name.clone()));
    let mut rows = vec![header];
    let categories = &series[0].categories;
    let mut indices: BTreeSet<u32> =
        categories.indices().chain(series.iter().flat_map(|series| series.values.indices())).collect();
    // Without names, programs show numbers, those of gaps too.
    let is_numbered = categories.is_empty();
    if let Some(last) = indices.last().copied().filter(|last| is_numbered && *last < MOST_NUMBERED) {
        indices.extend(0..last);
    }
    for index in indices {
        let label = if is_numbered { (u64::from(index) + 1).to_string() } else { categories.label(index) };
        let mut row = vec![label];
        row.extend(series.iter().map(|series| series.value(index)));
        rows.push(row);
    }
    rows
}

/// Rows without names that are written, gaps included.
const MOST_NUMBERED: u32 = 10_000;

/// Points one by one: a series' places are its own.
fn points_of(series: &[Series]) -> Vec<Vec<String>> {
    let (is_named, is_sized) =
        (series.iter().any(|one| !one.name.is_empty()), series.iter().any(|one| !one.sizes.is_empty()));
    let row = |name: &str, x: String, y: String, size: String| {
        let name = is_named.then(|| name.to_owned());
        let size = is_sized.then_some(size);
        name.into_iter().chain([x, y]).chain(size).collect::<Vec<String>>()
    };
    let mut rows = vec![row("Series", "x".to_owned(), "y".to_owned(), "size".to_owned())];
    for one in series {
        let indices: BTreeSet<u32> = one.x.indices().chain(one.values.indices()).collect();
        rows.extend(
            indices.into_iter().map(|at| row(&one.name, one.x.label(at), one.value(at), one.sizes.label(at))),
        );
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to_text(xml: &str) -> String {
        text_beside(xml, None)
    }

    fn text_beside(xml: &str, shows: Option<Shows<'_>>) -> String {
        let mut prose = Prose::default();
        write(xml, &mut prose, shows);
        prose.finish().1
    }

    fn points(kind: &str, values: &[(u32, &str)]) -> String {
        let points: String = values
            .iter()
            .map(|(at, value)| format!("<c:pt idx=\"{at}\"><c:v>{value}</c:v></c:pt>"))
            .collect();
        format!("<c:{kind}>{points}</c:{kind}>")
    }

    #[test]
    fn a_gap_stays_a_gap_and_levels_are_joined() {
        let levels = format!(
            "<c:cat><c:multiLvlStrRef><c:multiLvlStrCache><c:lvl>{}</c:lvl><c:lvl>{}</c:lvl></c:multiLvlStrCache></c:multiLvlStrRef></c:cat>",
            r#"<c:pt idx="0"><c:v>Oslo</c:v></c:pt><c:pt idx="1"><c:v>Bergen</c:v></c:pt><c:pt idx="2"><c:v>Rome</c:v></c:pt>"#,
            r#"<c:pt idx="0"><c:v>North</c:v></c:pt><c:pt idx="2"><c:v>South</c:v></c:pt>"#,
        );
        let name = r#"<c:tx><c:strRef><c:strCache><c:pt idx="0"><c:v>Sales</c:v></c:pt></c:strCache></c:strRef></c:tx>"#;
        let xml = format!(
            "<c:chart><c:ser>{name}{levels}<c:val>{}</c:val></c:ser></c:chart>",
            points("numCache", &[(0, "1"), (2, "3")])
        );
        assert_eq!(to_text(&xml), "Category | Sales\nNorth / Oslo | 1\nNorth / Bergen |\nSouth / Rome | 3");
    }

    #[test]
    fn rows_without_names_are_numbered() {
        let xml = format!("<c:ser><c:val>{}</c:val></c:ser>", points("numCache", &[(1, "3"), (3, "4")]));
        assert_eq!(to_text(&xml), "Category |\n1 |\n2 | 3\n3 |\n4 | 4");
    }

    #[test]
    fn values_read_as_their_formats_say() {
        let dates = "<c:cat><c:numRef><c:numCache><c:formatCode>yyyy\\-mm\\-dd</c:formatCode><c:pt idx=\"0\"><c:v>46143.0</c:v></c:pt></c:numCache></c:numRef></c:cat>";
        let shares = "<c:val><c:numRef><c:numCache><c:formatCode>0%</c:formatCode><c:pt idx=\"0\"><c:v>0.25</c:v></c:pt></c:numCache></c:numRef></c:val>";
        assert_eq!(to_text(&format!("<c:ser>{dates}{shares}</c:ser>")), "Category |\n2026-05-01 | 25%");
    }

    #[test]
    fn titles_keep_their_powers() {
        let run = |look: &str, text: &str| format!("<a:r><a:rPr {look}/><a:t>{text}</a:t></a:r>");
        let title = [
            run("", "CO"),
            run("baseline=\"-25000\"", "2"),
            run("", " in m"),
            run("baseline=\"30000\"", "3"),
        ];
        let xml = format!("<c:title><c:tx><c:rich><a:p>{}</a:p></c:rich></c:tx></c:title>", title.concat());
        assert_eq!(to_text(&xml), "CO2 in m³");
    }

    #[test]
    fn data_without_a_series_are_figures_all_the_same() {
        let xml = r#"<cx:chartData><cx:data id="0"><cx:strDim type="cat"><cx:lvl><cx:pt idx="0">Wa</cx:pt>
            </cx:lvl></cx:strDim><cx:numDim type="val"><cx:lvl><cx:pt idx="0">11</cx:pt></cx:lvl></cx:numDim>
            </cx:data></cx:chartData><cx:chart><cx:title><cx:tx><cx:txData><cx:v>Steps</cx:v></cx:txData></cx:tx>
            </cx:title></cx:chart>"#;
        assert_eq!(to_text(xml), "Chart: Steps\n\nCategory |\nWa | 11");
    }

    #[test]
    fn points_have_their_own_places_and_sizes() {
        let series = |name: &str, x: &str| {
            format!(
                "<c:ser><c:tx><c:v>{name}</c:v></c:tx><c:xVal>{}</c:xVal><c:yVal>{}</c:yVal><c:bubbleSize>{}</c:bubbleSize></c:ser>",
                points("numCache", &[(0, x)]),
                points("numCache", &[(0, "10")]),
                points("numCache", &[(0, "100")])
            )
        };
        let xml = format!("<c:chart>{}{}</c:chart>", series("A", "1"), series("B", "5"));
        assert_eq!(to_text(&xml), "Series | x | y | size\nA | 1 | 10 | 100\nB | 5 | 10 | 100");
    }

    #[test]
    fn newer_kinds_of_charts_are_read_too() {
        let xml = r#"<cx:chartSpace><cx:chartData><cx:data id="0"><cx:strDim type="cat"><cx:lvl ptCount="2">
            <cx:pt idx="0">Rent</cx:pt><cx:pt idx="1">Power</cx:pt></cx:lvl></cx:strDim><cx:numDim type="val">
            <cx:lvl ptCount="2" formatCode="0.0"><cx:pt idx="0">40</cx:pt><cx:pt idx="1">-5</cx:pt></cx:lvl></cx:numDim>
            </cx:data></cx:chartData><cx:chart><cx:plotArea><cx:plotAreaRegion><cx:series layoutId="waterfall">
            <cx:tx><cx:txData><cx:v>Costs</cx:v></cx:txData></cx:tx><cx:dataId val="0"/></cx:series></cx:plotAreaRegion>
            </cx:plotArea></cx:chart></cx:chartSpace>"#;
        assert_eq!(to_text(xml), "Category | Costs\nRent | 40.0\nPower | -5.0");
    }

    fn series(name: &str, more: &str, end: &str) -> String {
        let values = points("numCache", &[(0, "1"), (1, "2")]);
        format!(
            "<c:ser><c:idx val=\"0\"/><c:tx>{name}</c:tx>{more}<c:val><c:numRef><c:f>S!$B$1:$B$2</c:f>{values}</c:numRef></c:val>{end}</c:ser>"
        )
    }

    #[test]
    fn labels_stand_at_their_points() {
        let own = "<c:dLbls><c:dLbl><c:idx val=\"1\"/><c:tx><c:rich><a:p><a:r><a:t>best, </a:t></a:r><a:fld type=\"VALUE\"><a:t>[VALUE]</a:t></a:fld></a:p>\
            <a:p><a:fld type=\"CELLRANGE\"><a:t>[CELLRANGE]</a:t></a:fld></a:p></c:rich></c:tx></c:dLbl></c:dLbls>";
        let range = "<c:extLst><c15:datalabelsRange><c15:f>S!$C$1:$C$2</c15:f><c15:dlblRangeCache><c:pt idx=\"0\"><c:v>Oslo</c:v></c:pt></c15:dlblRangeCache></c15:datalabelsRange></c:extLst>";
        let xml = series("<c:v>Sales</c:v>", own, range);
        assert_eq!(to_text(&xml), "Category | Sales\n1 | 1 (Oslo)\n2 | 2 (best)");
        let hidden = series("<c:v>Sales</c:v>", "<c15:showDataLabelsRange val=\"0\"/>", range);
        assert_eq!(to_text(&hidden), "Category | Sales\n1 | 1\n2 | 2");
    }

    #[test]
    fn names_of_axes_and_units_are_no_title_and_filtered_series_are_not_shown() {
        let rich =
            |text: &str| format!("<c:tx><c:rich><a:p><a:r><a:t>{text}</a:t></a:r></a:p></c:rich></c:tx>");
        let axis = format!(
            "<c:valAx><c:title>{}</c:title><c:dispUnits><c:dispUnitsLbl>{}</c:dispUnitsLbl></c:dispUnits></c:valAx>",
            rich("EUR"),
            rich("in Millions")
        );
        let filtered =
            format!("<c15:filteredBarSeries>{}</c15:filteredBarSeries>", series("<c:v>Old</c:v>", "", ""));
        let xml = format!("<c:chart>{{}}{}{filtered}{axis}</c:chart>", series("<c:v>Sales</c:v>", "", ""));
        let table = "EUR\nin Millions\n\nCategory | Sales\n1 | 1\n2 | 2";
        assert_eq!(to_text(&xml), table);
        let titled = xml.replace("{}", &format!("<c:title>{}</c:title>", rich("Year")));
        assert_eq!(to_text(&titled), format!("Chart: Year\n{table}"));
    }

    #[test]
    fn figures_in_cells_that_are_shown_are_not_said_again() {
        let shows = |source: &str, len: usize| source.starts_with("S!") && len <= 2;
        let named = series(
            "<c:strRef><c:f>S!$B$9</c:f><c:strCache><c:pt idx=\"0\"><c:v>Sales</c:v></c:pt></c:strCache></c:strRef>",
            "",
            "",
        );
        assert_eq!(text_beside(&named, Some(&shows)), "");
        assert_eq!(
            text_beside(&named, Some(&|source, _| source == "S!$B$9")),
            "Category | Sales\n1 | 1\n2 | 2"
        );
        assert_eq!(
            text_beside(&series("<c:v>Sales</c:v>", "", ""), Some(&shows)),
            "Category | Sales\n1 | 1\n2 | 2"
        );
    }
}
