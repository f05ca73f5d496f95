//! A gallery of a given size with people to search for, measured through the gallery that runs at the till.

use std::collections::BTreeMap;
use std::time::Instant;

use pipeline::embedding::NoDirection;
use pipeline::{Embedding, Gallery, GalleryError, SearchError, Subject, TemplateId};
use rand::rngs::StdRng;

use super::all_pairs::person;
use super::embeddings::Embeddings;
use super::people::{Crowd, normals};
use super::search::{LookAlikes, Rules, Searches, taken};

/// Real people: pictures to enrol and to search by.
#[derive(Default)]
pub struct Known {
    /// One template each.
    pub enrolled: Vec<Embedding>,
    /// Another picture of an enrolled person, by its place in `enrolled`.
    pub mates: Vec<(usize, Embedding)>,
    /// Pictures of people who are not enrolled.
    pub strangers: Vec<Embedding>,
}

/// How genuine pairs score where people are drawn by lot.
#[derive(Debug, Clone, Copy)]
pub struct Genuine {
    /// Mean cosine.
    pub mean: f32,
    /// Standard deviation.
    pub deviation: f32,
}

/// What is measured at one size.
pub struct Measured {
    /// The searches.
    pub searches: Searches,
    /// How long each took, in milliseconds, rising.
    pub times_ms: Vec<f64>,
    /// How long it took to fill the gallery.
    pub ready_ms: f64,
    /// What became of look-alikes.
    pub look_alikes: Vec<LookAlikes>,
    /// People enrolled who are real.
    pub real: usize,
    /// The gallery itself, look-alikes included: as long as it is here its memory can be measured.
    pub gallery: Gallery,
}

/// Why a gallery was not measured.
#[derive(Debug, thiserror::Error)]
pub enum Unmeasured {
    /// A drawn face has no direction.
    #[error(transparent)]
    Direction(#[from] NoDirection),
    /// The given embeddings do not fit the gallery.
    #[error(transparent)]
    Gallery(#[from] GalleryError),
    /// The gallery has no answer.
    #[error(transparent)]
    Search(#[from] SearchError),
}

/// Similarities at which look-alikes are planted.
pub const PLANTED: [f32; 4] = [0.6, 0.7, 0.8, 0.9];
const TAG: u32 = 1;

impl Known {
    /// Of people with several pictures the first is enrolled and the others come; of those with one, every other one is a
    /// stranger.
    pub fn of(embeddings: Embeddings) -> Self {
        let mut by_person: BTreeMap<String, Vec<Embedding>> = BTreeMap::new();
        for (name, row) in embeddings.names.iter().zip(embeddings.rows) {
            if let Some(person) = person(name) {
                by_person.entry(person.to_owned()).or_default().push(row);
            }
        }
        let (mut known, mut single) = (Self::default(), 0_usize);
        for mut rows in by_person.into_values() {
            single += usize::from(rows.len() == 1);
            if rows.len() == 1 && single % 2 == 0 {
                known.strangers.append(&mut rows);
                continue;
            }
            let place = known.enrolled.len();
            let mut rows = rows.into_iter();
            known.enrolled.extend(rows.next());
            known.mates.extend(rows.map(|row| (place, row)));
        }
        known
    }
}

/// What a gallery is filled and asked with.
pub struct Plan<'a> {
    /// People in the gallery.
    pub people: usize,
    /// Searches by enrolled people and by strangers, each.
    pub searches: usize,
    /// Look-alikes at each similarity.
    pub look_alikes: usize,
    /// Real people, who come first.
    pub known: &'a Known,
    /// How the others are drawn.
    pub crowd: &'a Crowd,
    /// How genuine pairs of drawn people score.
    pub genuine: Genuine,
}

/// Fills a gallery of `dim` values and searches it.
///
/// # Errors
/// [`Unmeasured`].
pub fn measure(
    plan: &Plan<'_>,
    dim: usize,
    rules: &Rules,
    random: &mut StdRng,
) -> Result<Measured, Unmeasured> {
    let gallery = Gallery::new(dim, TAG);
    let mut enrolled: Vec<Embedding> = plan.known.enrolled.iter().take(plan.people).cloned().collect();
    let real = enrolled.len();
    let mut filling = std::time::Duration::ZERO;
    // Only as many drawn people are remembered as come back.
    let remembered = real.max(plan.searches.max(PLANTED.len() * plan.look_alikes)).min(plan.people);
    for place in 0..plan.people {
        let drawn = if place < real { enrolled[place].clone() } else { plan.crowd.draw(random)? };
        let begun = Instant::now();
        gallery.insert(TemplateId(place as u128), Subject(place as u128), TAG, &drawn)?;
        filling += begun.elapsed();
        if place >= real && place < remembered {
            enrolled.push(drawn);
        }
    }
    let (mut searches, mut times_ms) = (Searches::default(), Vec::with_capacity(2 * plan.searches));
    for number in 0..plan.searches {
        let (mate, known) = mate(plan, &enrolled, real, number, random)?;
        let stranger = match plan.known.strangers.get(number) {
            Some(stranger) => stranger.clone(),
            None => plan.crowd.draw(random)?,
        };
        for (probe, mate) in [(known, Some(mate)), (stranger, None)] {
            let begun = Instant::now();
            let found = gallery.search(&probe)?;
            times_ms.push(begun.elapsed().as_secs_f64() * 1e3);
            searches.add(found.as_ref(), mate, rules);
        }
    }
    times_ms.sort_by(f64::total_cmp);
    let ready_ms = filling.as_secs_f64() * 1e3;
    let look_alikes = plant(plan, &gallery, &enrolled, rules, random)?;
    Ok(Measured { searches, times_ms, ready_ms, look_alikes, real, gallery })
}

/// Somebody enrolled, and a face of theirs: real pictures first, then drawn ones.
fn mate(
    plan: &Plan<'_>,
    enrolled: &[Embedding],
    real: usize,
    number: usize,
    random: &mut StdRng,
) -> Result<(Subject, Embedding), Unmeasured> {
    if let Some((place, face)) = plan.known.mates.get(number).filter(|(place, _)| *place < real) {
        return Ok((Subject(*place as u128), face.clone()));
    }
    let place = number % enrolled.len().max(1);
    let person = enrolled.get(place).ok_or(NoDirection)?;
    Ok((Subject(place as u128), face_of(person, plan, random)?))
}

/// Another face of the same person.
fn face_of(person: &Embedding, plan: &Plan<'_>, random: &mut StdRng) -> Result<Embedding, NoDirection> {
    let spread = normals(1, random).first().copied().unwrap_or_default();
    let similarity = (plan.genuine.mean + plan.genuine.deviation * spread).clamp(-1.0, 1.0);
    plan.crowd.near(person, similarity, random)
}

/// Enrols somebody like each of the first people, and lets those come.
fn plant(
    plan: &Plan<'_>,
    gallery: &Gallery,
    enrolled: &[Embedding],
    rules: &Rules,
    random: &mut StdRng,
) -> Result<Vec<LookAlikes>, Unmeasured> {
    let mut all = Vec::new();
    let groups = enrolled.chunks(plan.look_alikes.max(1)).enumerate();
    for (similarity, (group, people)) in PLANTED.into_iter().zip(groups) {
        let mut outcomes = Vec::with_capacity(people.len());
        for (index, person) in people.iter().enumerate() {
            let place = group * plan.look_alikes.max(1) + index;
            let id = (plan.people + place) as u128;
            let twin = plan.crowd.near(person, similarity, random)?;
            gallery.insert(TemplateId(id), Subject(id), TAG, &twin)?;
            let found = gallery.search(&face_of(person, plan, random)?)?;
            outcomes.push(taken(found.as_ref(), Some(Subject(place as u128)), rules));
        }
        all.push(LookAlikes::of(similarity, &outcomes));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use rand::SeedableRng;

    use super::*;

    const RULES: Rules = Rules { similarity_min: 0.6, margin_min: 0.05 };
    const GENUINE: Genuine = Genuine { mean: 0.8, deviation: 0.0 };

    #[test]
    fn of_people_with_several_pictures_the_first_is_enrolled_and_singles_are_shared_out() {
        let names = ["A/1.jpg", "A/2.jpg", "A/3.jpg", "B/1.jpg", "C/1.jpg", "D/1.jpg"];
        let mut random = StdRng::seed_from_u64(1);
        let crowd = Crowd::Sphere { dims: 8, dim: 8 };
        let rows = names.iter().map(|_| crowd.draw(&mut random).ok().unwrap()).collect();
        let known = Known::of(Embeddings { names: names.map(PathBuf::from).to_vec(), rows });
        assert_eq!((known.enrolled.len(), known.mates.len(), known.strangers.len()), (3, 2, 1));
        assert!(known.mates.iter().all(|(place, _)| *place == 0));
    }

    #[test]
    fn a_gallery_of_drawn_people_is_searched_by_its_people_and_by_strangers() {
        let crowd = Crowd::Sphere { dims: 60, dim: 64 };
        let known = Known::default();
        let plan = Plan {
            people: 300,
            searches: 100,
            look_alikes: 20,
            known: &known,
            crowd: &crowd,
            genuine: GENUINE,
        };
        let found = measure(&plan, 64, &RULES, &mut StdRng::seed_from_u64(2)).ok().unwrap();
        let rate = |rate: super::super::interval::Rate| (rate.count, rate.n);
        assert_eq!(rate(found.searches.recall_at_1()), (100, 100));
        assert_eq!(rate(found.searches.false_negatives()), (0, 100));
        assert_eq!(rate(found.searches.false_positives()), (0, 100));
        assert_eq!((found.times_ms.len(), found.real, found.look_alikes.len()), (200, 0, 4));
        // At 0.9 the twin is 0.72 similar on average: often nearer than the margin, at 0.6 (0.48) never.
        let (far, near) = (&found.look_alikes[0], &found.look_alikes[3]);
        assert_eq!((far.n, far.right), (20, 20), "{far:?}");
        assert!(near.step_up > 0, "{near:?}");
        // Genuine faces that fall below the threshold are missed, all of them.
        let plan = Plan { genuine: Genuine { mean: 0.5, deviation: 0.0 }, ..plan };
        let found = measure(&plan, 64, &RULES, &mut StdRng::seed_from_u64(2)).ok().unwrap();
        assert_eq!(rate(found.searches.false_negatives()), (100, 100));
    }

    #[test]
    fn real_people_come_first_and_others_fill_up() {
        let mut random = StdRng::seed_from_u64(3);
        let crowd = Crowd::Sphere { dims: 32, dim: 32 };
        let enrolled: Vec<Embedding> = (0..10).map(|_| crowd.draw(&mut random).ok().unwrap()).collect();
        let mates = enrolled.iter().cloned().enumerate().collect();
        let strangers = vec![crowd.draw(&mut random).ok().unwrap(); 3];
        let known = Known { enrolled: enrolled.clone(), mates, strangers };
        let crowd = Crowd::Like(enrolled);
        let plan =
            Plan { people: 50, searches: 20, look_alikes: 2, known: &known, crowd: &crowd, genuine: GENUINE };
        let found = measure(&plan, 32, &RULES, &mut random).ok().unwrap();
        assert_eq!((found.real, found.times_ms.len()), (10, 40));
        assert!(found.searches.recall_at_1().count >= 10, "the ten themselves are found");
        assert!(measure(&plan, 31, &RULES, &mut random).is_err(), "another length does not fit");
    }
}
