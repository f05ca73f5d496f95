//! The choice of the pictures that become templates: all of one person, good ones, and of several poses.

/// The most pictures that are weighed against each other.
pub const PICTURES_MAX: usize = 12;

/// A picture with one good and live face.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Picture {
    /// How good it is, 0 to 1.
    pub quality: f32,
    /// How far the head is turned, in degrees.
    pub yaw_deg: f32,
    /// How far the head is nodded, in degrees.
    pub pitch_deg: f32,
    /// How like it is to the nearest template that the person has already; `None` without one.
    pub known: Option<f32>,
}

/// What a choice keeps to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rules {
    /// From this similarity on two pictures are of one person (1:1).
    pub same_min: f32,
    /// From this similarity to the nearest enrolled template on a picture is of the person enrolled.
    pub known_min: f32,
    /// The most templates to choose.
    pub members_max: usize,
}

/// Why a good picture is no template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOut {
    /// It is of the same person and still unlike some of the others: a template as far off would match strangers.
    Unlike,
    /// Others are better, or show more.
    Surplus,
}

/// What was chosen: places in the list of pictures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The pictures that become templates, the best first.
    pub members: Vec<usize>,
    /// The others, and why.
    pub left_out: Vec<(usize, LeftOut)>,
}

/// These pictures are of somebody else than the others, or than the person who is enrolled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not all pictures are of one person")]
pub struct Differ {
    /// Places in the list of pictures.
    pub pictures: Vec<usize>,
}

/// Chooses among `pictures`, whose similarities are `alike`. Every two members are of one person, so that no stranger's
/// picture slips in between those of somebody else.
///
/// # Errors
/// [`Differ`] when a picture is like none of those that are most alike, or not of the person who is enrolled.
pub fn choose(
    pictures: &[Picture],
    alike: impl Fn(usize, usize) -> f32,
    rules: &Rules,
) -> Result<Choice, Differ> {
    let not_known = |picture: &Picture| picture.known.is_some_and(|known| !same(known, rules.known_min));
    let strangers: Vec<usize> =
        pictures.iter().enumerate().filter(|(_, picture)| not_known(picture)).map(|(at, _)| at).collect();
    if !strangers.is_empty() {
        return Err(Differ { pictures: strangers });
    }
    let mut ranked: Vec<usize> = (0..pictures.len()).collect();
    ranked.sort_by(|a, b| worth(&pictures[*b]).total_cmp(&worth(&pictures[*a])));
    let beyond = ranked.split_off(ranked.len().min(PICTURES_MAX));
    let agree = |a: usize, b: usize| same(alike(a, b), rules.same_min);
    let core = largest_agreeing(&ranked, agree);
    let linked = |at: &usize| core.iter().any(|member| *member == *at || agree(*member, *at));
    let mut others: Vec<usize> = ranked.iter().chain(&beyond).copied().filter(|at| !linked(at)).collect();
    if !others.is_empty() {
        others.sort_unstable();
        return Err(Differ { pictures: others });
    }
    let members = best(pictures, &core, rules.members_max);
    let why = |at: usize| if core.contains(&at) { LeftOut::Surplus } else { LeftOut::Unlike };
    let left_out = (0..pictures.len()).filter(|at| !members.contains(at)).map(|at| (at, why(at))).collect();
    Ok(Choice { members, left_out })
}

/// What is no number is not the same.
fn same(similarity: f32, least: f32) -> bool {
    similarity >= least
}

fn worth(picture: &Picture) -> f32 {
    if picture.quality.is_nan() { 0.0 } else { picture.quality.clamp(0.0, 1.0) }
}

/// The most of `ranked` that agree each with each; of several, the one with the better pictures. At most 2^12 sets are
/// looked at.
fn largest_agreeing(ranked: &[usize], agree: impl Fn(usize, usize) -> bool) -> Vec<usize> {
    let with: Vec<u32> = ranked
        .iter()
        .map(|a| (0..ranked.len()).filter(|b| agree(*a, ranked[*b])).fold(0, |set, b| set | 1 << b))
        .collect();
    let agrees =
        |set: u32| (0..ranked.len()).all(|at| set >> at & 1 == 0 || set & !(with[at] | 1 << at) == 0);
    // The better pictures come first, and with them the lower bits.
    let sets = (1..1_u32 << ranked.len()).filter(|set| agrees(*set));
    let largest = sets.max_by_key(|set| (set.count_ones(), set.reverse_bits())).unwrap_or_default();
    ranked.iter().enumerate().filter(|(at, _)| largest >> at & 1 == 1).map(|(_, picture)| *picture).collect()
}

/// So many degrees from every other one make a picture wholly new.
const NEW_POSE_DEG: f32 = 20.0;
/// What a picture without anything new counts.
const SAME_POSE_WORTH: f32 = 0.25;

/// The best of `from`, one after the other: good ones that show what those before do not.
fn best(pictures: &[Picture], from: &[usize], members_max: usize) -> Vec<usize> {
    let mut members: Vec<usize> = Vec::new();
    while members.len() < members_max.min(from.len()) {
        let score = |at: usize| worth(&pictures[at]) * novelty(pictures, &members, at);
        let left = from.iter().copied().filter(|at| !members.contains(at));
        // Of equals the first one, which is the better one.
        let Some(next) = left.reduce(|best, at| if score(at) > score(best) { at } else { best }) else {
            break;
        };
        members.push(next);
    }
    members
}

/// How much of its pose is new beside `members`.
fn novelty(pictures: &[Picture], members: &[usize], at: usize) -> f32 {
    let from = |other: usize| {
        let (a, b) = (&pictures[at], &pictures[other]);
        (a.yaw_deg - b.yaw_deg).hypot(a.pitch_deg - b.pitch_deg)
    };
    let nearest = members.iter().map(|member| from(*member)).fold(NEW_POSE_DEG, f32::min);
    SAME_POSE_WORTH + (1.0 - SAME_POSE_WORTH) * (nearest / NEW_POSE_DEG).clamp(0.0, 1.0)
}
