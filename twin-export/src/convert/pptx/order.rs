//! The order in which a slide is read: from top to bottom, and from left to right where shapes stand side by side.

use super::bullets::Bullets;
use super::lines::{Line, Marker};
use super::shape::{Content, Place, Placeholder, Shape};
use super::walker::Walker;

/// Where a shape stands, in the units of its slide or its group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Area {
    fn right(&self) -> f64 {
        self.left + self.width
    }

    fn bottom(&self) -> f64 {
        self.top + self.height
    }

    fn with(self, other: Self) -> Self {
        let (left, top) = (self.left.min(other.left), self.top.min(other.top));
        let (right, bottom) = (self.right().max(other.right()), self.bottom().max(other.bottom()));
        Self { left, top, width: right - left, height: bottom - top }
    }
}

/// Where layouts put their placeholders, and what stands before their paragraphs.
#[derive(Debug, Clone, Default)]
pub(super) struct Places(Vec<(Placeholder, Area)>, Vec<(Placeholder, Bullets)>);

impl Places {
    pub(super) fn read(xml: &str) -> Self {
        let walker = Walker::read(xml, false, &Default::default());
        Self(walker.placed, walker.styled_lists)
    }

    /// With what a base has, behind one's own.
    pub(super) fn or(mut self, base: &Self) -> Self {
        self.0.extend_from_slice(&base.0);
        self.1.extend_from_slice(&base.1);
        self
    }

    /// Gives paragraphs that say nothing of it the numbers and signs of the layout, or else of the master.
    pub(super) fn mark(&self, place: &Placeholder, lines: &mut [Line]) {
        if place.place != Place::Body {
            return;
        }
        let is_of = |one: &Placeholder| {
            let is_same = place.index.is_some() && one.index == place.index;
            is_same || (one.place == Place::Body && (one.kind == place.kind || one.index.is_none()))
        };
        for line in lines.iter_mut().filter(|line| line.marker == Marker::Usual) {
            let mut said =
                self.1.iter().filter(|(one, _)| is_of(one)).filter_map(|(_, list)| list.at(line.level));
            match said.next() {
                // Layouts without bullets have lists all the same.
                None | Some(Marker::None) => {}
                Some(marker) => line.marker = marker.clone(),
            }
        }
    }

    /// By the same number, or else by the same kind.
    pub(super) fn of(&self, wanted: &Placeholder) -> Option<Area> {
        if wanted.place == Place::Free && wanted.index.is_none() {
            return None;
        }
        let by_index = self.0.iter().find(|(one, _)| wanted.index.is_some() && one.index == wanted.index);
        let by_kind = || self.0.iter().find(|(one, _)| one.kind == wanted.kind);
        by_index.or_else(by_kind).map(|(_, area)| *area)
    }
}

/// Groups within groups; deeper ones are read in the order in which they are written.
const DEEPEST: usize = 32;
/// More shapes than this are sorted by their place alone.
const MOST_SHAPES: usize = 300;

/// All shapes, groups dissolved. A title stands first, wherever it is among them.
pub(super) fn in_order(shapes: Vec<Shape>) -> Vec<Shape> {
    let mut out = Vec::new();
    let (titles, others): (Vec<Shape>, Vec<Shape>) =
        shapes.into_iter().partition(|shape| matches!(shape.content, Content::Title(_)));
    out.extend(titles);
    ordered(others, 0, &mut out);
    out
}

fn ordered(shapes: Vec<Shape>, depth: usize, out: &mut Vec<Shape>) {
    // What has no place follows what it is written behind.
    let mut places: Vec<(Area, Vec<Shape>)> = Vec::new();
    let mut first = Vec::new();
    for shape in shapes {
        match (area_of(&shape), places.last_mut()) {
            (Some(area), _) => places.push((area, vec![shape])),
            (None, Some((_, last))) => last.push(shape),
            (None, None) => first.push(shape),
        }
    }
    let areas: Vec<Area> = places.iter().map(|(area, _)| *area).collect();
    let mut places: Vec<Vec<Shape>> = places.into_iter().map(|(_, shapes)| shapes).collect();
    let order = cut((0..areas.len()).collect(), &areas, 0);
    let sorted = order.into_iter().flat_map(|at| std::mem::take(&mut places[at]));
    for shape in first.into_iter().chain(sorted.collect::<Vec<_>>()) {
        match shape.content {
            Content::Group(shapes) if depth < DEEPEST => ordered(shapes, depth + 1, out),
            Content::Group(shapes) => out.extend(flat(shapes)),
            _ => out.push(shape),
        }
    }
}

fn area_of(shape: &Shape) -> Option<Area> {
    match &shape.content {
        Content::Group(shapes) if shape.area.is_none() => {
            shapes.iter().filter_map(|shape| shape.area).reduce(Area::with)
        }
        _ => shape.area,
    }
}

/// Groups that nest too deep, one after the other.
fn flat(shapes: Vec<Shape>) -> Vec<Shape> {
    let mut out = Vec::new();
    let mut open = shapes;
    open.reverse();
    while let Some(shape) = open.pop() {
        match shape.content {
            Content::Group(shapes) => open.extend(shapes.into_iter().rev()),
            _ => out.push(shape),
        }
    }
    out
}

/// Cuts the slide along its gaps: across first, then down; what no gap divides is sorted by its place.
fn cut(mut items: Vec<usize>, areas: &[Area], depth: usize) -> Vec<usize> {
    if items.len() < 2 {
        return items;
    }
    if items.len() <= MOST_SHAPES && depth < DEEPEST {
        let across = bands(&items, |at| (areas[at].top, areas[at].bottom()));
        let down = |items: &[usize]| bands(items, |at| (areas[at].left, areas[at].right()));
        let parts = if across.len() > 1 { across } else { down(&items) };
        if parts.len() > 1 {
            return parts.into_iter().flat_map(|part| cut(part, areas, depth + 1)).collect();
        }
    }
    items.sort_by(|&a, &b| {
        let (a, b) = (&areas[a], &areas[b]);
        a.top.total_cmp(&b.top).then(a.left.total_cmp(&b.left))
    });
    items
}

/// What overlaps along one axis stands together; a touch is no overlap.
fn bands(items: &[usize], span: impl Fn(usize) -> (f64, f64)) -> Vec<Vec<usize>> {
    let mut sorted = items.to_vec();
    sorted.sort_by(|&a, &b| span(a).0.total_cmp(&span(b).0));
    let mut bands: Vec<Vec<usize>> = Vec::new();
    let mut end = f64::NEG_INFINITY;
    let mut smallest = f64::INFINITY;
    for at in sorted {
        let (start, stop) = span(at);
        let size = stop - start;
        // A fifth of the smaller one may reach into its neighbour.
        let slack = smallest.min(size) / 5.0;
        match bands.last_mut() {
            Some(band) if start < end - slack => band.push(at),
            _ => {
                bands.push(vec![at]);
                (end, smallest) = (f64::NEG_INFINITY, f64::INFINITY);
            }
        }
        (end, smallest) = (end.max(stop), smallest.min(size));
    }
    bands
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(areas: &[(f64, f64, f64, f64)]) -> Vec<usize> {
        let areas: Vec<Area> =
            areas.iter().map(|&(left, top, width, height)| Area { left, top, width, height }).collect();
        cut((0..areas.len()).collect(), &areas, 0)
    }

    #[test]
    fn a_slide_is_read_from_top_to_bottom_and_from_left_to_right() {
        assert_eq!(order(&[(0.0, 40.0, 9.0, 5.0), (0.0, 20.0, 9.0, 5.0), (0.0, 30.0, 9.0, 5.0)]), [1, 2, 0]);
        assert_eq!(order(&[(50.0, 0.0, 40.0, 10.0), (0.0, 1.0, 40.0, 10.0)]), [1, 0]);
    }

    #[test]
    fn columns_are_read_one_after_the_other() {
        let left = [(0.0, 0.0, 40.0, 30.0), (0.0, 32.0, 40.0, 30.0)];
        let right = [(50.0, 0.0, 40.0, 20.0), (50.0, 22.0, 40.0, 40.0)];
        assert_eq!(order(&[right[0], left[0], right[1], left[1]]), [1, 3, 0, 2]);
    }
}
