//! Charts in office files: their titles, and the figures as a table. A value stands at the place that its index says;
//! a gap stays a gap.

mod points;
mod walker;

use std::collections::BTreeSet;

use super::prose::Prose;
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
}

/// What a chart says.
pub(super) fn to_text(xml: &str) -> String {
    let mut prose = Prose::default();
    write(xml, &mut prose);
    prose.finish().1
}

/// What a chart says beside its figures, which its sheet has already.
pub(super) fn titles(xml: &str) -> String {
    let paragraphs =
        Walker::read(xml).paragraphs.into_iter().filter(|paragraph| !paragraph.trim().is_empty());
    paragraphs.collect::<Vec<_>>().join("\n")
}

/// Writes what a chart says.
fn write(xml: &str, prose: &mut Prose) {
    let Walker { paragraphs, series, .. } = Walker::read(xml);
    let label = if series.is_empty() { "" } else { "Chart: " };
    for (index, paragraph) in paragraphs.iter().filter(|paragraph| !paragraph.trim().is_empty()).enumerate() {
        prose.line();
        prose.text(if index == 0 { label } else { "" });
        prose.text(paragraph);
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
        row.extend(series.iter().map(|series| series.values.label(index)));
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
            indices
                .into_iter()
                .map(|at| row(&one.name, one.x.label(at), one.values.label(at), one.sizes.label(at))),
        );
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
