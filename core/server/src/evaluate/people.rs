//! People who are drawn by lot: a gallery of any size, without anybody's face.

use pipeline::Embedding;
use pipeline::embedding::NoDirection;
use rand::RngExt;
use rand::rngs::StdRng;

/// How people are drawn.
pub enum Crowd {
    /// As equally likely directions of `dims` of the `dim` dimensions: the fewer dimensions, the more alike people are.
    Sphere {
        /// Dimensions that differ from person to person.
        dims: usize,
        /// Values of an embedding.
        dim: usize,
    },
    /// From the normal distribution with the mean and the covariance of these people.
    Like(Vec<Embedding>),
}

/// Real people that are mixed into one drawn person. The covariance is the same for any number; with more the
/// distribution is nearer to the normal one.
const MIXED: usize = 64;
/// Steps of the integral, an even number.
const STEPS: usize = 4_000;

impl Crowd {
    /// A person.
    ///
    /// # Errors
    /// When the real people have no direction in common to vary around.
    pub fn draw(&self, random: &mut StdRng) -> Result<Embedding, NoDirection> {
        match self {
            Self::Sphere { dims, dim } => {
                let mut values = normals(*dims, random);
                values.resize(*dim, 0.0);
                Embedding::new(values)
            }
            Self::Like(people) => like(people, random),
        }
    }

    /// A direction at cosine `similarity` from `person`, otherwise drawn as anybody.
    ///
    /// # Errors
    /// When the lot gives the same direction again.
    pub fn near(
        &self,
        person: &Embedding,
        similarity: f32,
        random: &mut StdRng,
    ) -> Result<Embedding, NoDirection> {
        let other = self.draw(random)?;
        let along = other.similarity(person);
        let away = other.values().iter().zip(person.values()).map(|(other, own)| other - along * own);
        let away = Embedding::new(away.collect())?;
        let across = (1.0 - similarity * similarity).max(0.0).sqrt();
        let mixed = person.values().iter().zip(away.values());
        Embedding::new(mixed.map(|(own, away)| similarity * own + across * away).collect())
    }
}

/// The mean of all, and a random mix of how some differ from it.
fn like(people: &[Embedding], random: &mut StdRng) -> Result<Embedding, NoDirection> {
    let Some(first) = people.first() else { return Err(NoDirection) };
    let mut values = vec![0.0; first.values().len()];
    let weights = normals(MIXED, random);
    let scale = 1.0 / (MIXED as f32).sqrt();
    for weight in weights {
        // The difference of two people has twice the covariance of one, and no mean.
        let pair = [0, 1].map(|_: usize| &people[random.random_range(0..people.len())]);
        let step = weight * scale * std::f32::consts::FRAC_1_SQRT_2;
        for (value, (a, b)) in values.iter_mut().zip(pair[0].values().iter().zip(pair[1].values())) {
            *value += step * (a - b);
        }
    }
    let mean = mean(people);
    values.iter_mut().zip(&mean).for_each(|(value, mean)| *value += mean);
    Embedding::new(values)
}

fn mean(people: &[Embedding]) -> Vec<f32> {
    let mut sum = vec![0.0; people.first().map_or(0, |one| one.values().len())];
    for person in people {
        sum.iter_mut().zip(person.values()).for_each(|(sum, value)| *sum += value);
    }
    sum.iter().map(|sum| sum / people.len() as f32).collect()
}

/// Normal numbers; Box and Muller's way.
pub fn normals(count: usize, random: &mut StdRng) -> Vec<f32> {
    let pair = |random: &mut StdRng| {
        let (u, v): (f32, f32) = (random.random_range(f32::MIN_POSITIVE..1.0), random.random());
        let (radius, angle) = ((-2.0 * u.ln()).sqrt(), std::f32::consts::TAU * v);
        [radius * angle.cos(), radius * angle.sin()]
    };
    let mut all: Vec<f32> = (0..count.div_ceil(2)).flat_map(|_| pair(random)).collect();
    all.truncate(count);
    all
}

/// How often two random directions of `dims` dimensions have a cosine of at least `similarity`.
pub fn alike(dims: usize, similarity: f64) -> f64 {
    // The density of the cosine is (1 - x^2)^((dims - 3) / 2): Simpson's rule over the cosine's angle.
    let density = |angle: f64| angle.sin().powf(dims as f64 - 2.0);
    let area = |to: f64| {
        let width = to / STEPS as f64;
        let weight = |step: usize| match step {
            0 | STEPS => 1.0,
            odd if odd % 2 == 1 => 4.0,
            _ => 2.0,
        };
        (0..=STEPS).map(|step| weight(step) * density(step as f64 * width)).sum::<f64>() * width / 3.0
    };
    area(similarity.clamp(-1.0, 1.0).acos()) / area(std::f64::consts::PI)
}

/// The most dimensions, up to `dim`, at which two random directions reach `similarity` at least as often as
/// `false_match_rate`: people so drawn are not less alike there than the recogniser's own impostors.
pub fn dims_for(similarity: f64, false_match_rate: f64, dim: usize) -> usize {
    let (mut low, mut high) = (3, dim.max(3));
    while low < high {
        let middle = (low + high).div_ceil(2);
        if alike(middle, similarity) >= false_match_rate { low = middle } else { high = middle - 1 }
    }
    low
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn drawn_people_are_as_alike_as_the_formula_says() {
        let (mut random, crowd) = (StdRng::seed_from_u64(5), Crowd::Sphere { dims: 20, dim: 64 });
        let people: Vec<Embedding> = (0..700).map(|_| crowd.draw(&mut random).ok().unwrap()).collect();
        let (mut reach, mut all) = (0, 0);
        for (i, a) in people.iter().enumerate() {
            for b in &people[i + 1..] {
                all += 1;
                reach += usize::from(a.similarity(b) >= 0.5);
            }
        }
        let (found, expected) = (reach as f64 / f64::from(all), alike(20, 0.5));
        assert!((found / expected - 1.0).abs() < 0.12, "{found} {expected}");
    }

    #[test]
    fn known_shares_of_a_sphere_are_met() {
        // In three dimensions the cosine is uniform (Archimedes); in two the angle is.
        for (dims, similarity, share) in [(3, 0.5, 0.25), (3, 0.0, 0.5), (2, 0.5, 1.0 / 3.0), (3, -1.0, 1.0)]
        {
            assert!((alike(dims, similarity) - share).abs() < 1e-6, "{dims} {similarity}");
        }
        let dims = dims_for(0.573, 1e-6, 512);
        assert!(alike(dims, 0.573) >= 1e-6 && alike(dims + 1, 0.573) < 1e-6, "{dims}");
        assert_eq!(dims_for(0.1, 0.49, 512), 3, "no sphere is so narrow");
        assert_eq!(dims_for(0.9, 0.0, 128), 128);
    }

    #[test]
    fn somebody_near_has_the_cosine_asked_for() {
        let (mut random, crowd) = (StdRng::seed_from_u64(6), Crowd::Sphere { dims: 40, dim: 64 });
        let person = crowd.draw(&mut random).ok().unwrap();
        for similarity in [-0.3, 0.0, 0.6, 0.9, 1.0] {
            let near = crowd.near(&person, similarity, &mut random).ok().unwrap();
            assert!((near.similarity(&person) - similarity).abs() < 1e-5, "{similarity}");
        }
    }

    #[test]
    fn people_drawn_like_others_have_their_mean_and_spread() {
        let mut random = StdRng::seed_from_u64(7);
        // Real ones: around (2, 0, 0, 0), wide in the second direction, narrow in the third, not at all in the fourth.
        let real: Vec<Embedding> = (0..500)
            .map(|_| {
                let n = normals(2, &mut random);
                Embedding::new(vec![2.0, n[0], 0.2 * n[1], 0.0]).ok().unwrap()
            })
            .collect();
        let drawn: Vec<Embedding> = (0..4_000).map(|_| like(&real, &mut random).ok().unwrap()).collect();
        let spread = |people: &[Embedding], axis: usize| {
            let values: Vec<f32> = people.iter().map(|one| one.values()[axis]).collect();
            let mean = values.iter().sum::<f32>() / values.len() as f32;
            (values.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / values.len() as f32).sqrt()
        };
        for (axis, tolerance) in [(1, 0.08), (2, 0.03), (3, 1e-6)] {
            let (real, drawn) = (spread(&real, axis), spread(&drawn, axis));
            assert!((real - drawn).abs() < tolerance, "{axis}: {real} {drawn}");
        }
        assert!(like(&[], &mut random).is_err());
    }
}
