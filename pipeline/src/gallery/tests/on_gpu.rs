//! The answer is the same where a GPU tells what to look at, whatever happens to the rows or to the GPU meanwhile.
use models::table::{BLOCK_ROWS, Page, Query, Table, TableError};
use models::{DeviceChoice, EngineOptions};
use parking_lot::Mutex;

use super::changes::are_seen_by_all;
use super::exact::{Faces, check, fill, near};
use super::*;
use crate::gallery::rows::SEGMENT_ROWS;

/// The engine on whatever Vulkan adapter there is, software too.
fn engine(device: DeviceChoice) -> Option<Engine> {
    if models::engine::adapters().is_empty() {
        println!("SKIP(no Vulkan adapter; mesa-vulkan-drivers brings a software one)");
        return None;
    }
    let weights = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/weights");
    let options =
        EngineOptions { device, threads: 1, software_adapter_allowed: true, ..EngineOptions::new(weights) };
    Some(Engine::start(options).unwrap())
}

fn faces(count: usize, dim: usize, numbers: &mut Numbers) -> Faces {
    let face = |i: usize, numbers: &mut Numbers| {
        (TemplateId(i as u128), Subject(i as u128 / 2), numbers.embedding_of(dim))
    };
    (0..count).map(|i| face(i, numbers)).collect()
}

fn on_gpu(engine: &Engine, dim: usize, faces: &Faces) -> Gallery {
    let gallery = Gallery::new(dim, TAG);
    fill(&gallery, faces);
    let gallery = gallery.search_on_from(engine, 1);
    assert_eq!(gallery.kernel(), "gpu");
    gallery
}

#[test]
fn the_best_two_are_those_of_a_full_sort_and_equals_are_told_apart() {
    let Some(engine) = engine(DeviceChoice::Gpu) else { return };
    let mut numbers = Numbers(100);
    for dim in [7, 128, 192, 512] {
        let mut faces = faces(2 * SEGMENT_ROWS + 77, dim, &mut numbers);
        // Near copies of one face in every block, and the same face again and again.
        let face = numbers.embedding_of(dim);
        for (at, noise) in [(3, 1e-3), (5, 1e-6), (7, 0.0)] {
            for row in (at..faces.len()).step_by(BLOCK_ROWS) {
                faces[row].2 = near(&face, noise, &mut numbers);
            }
        }
        let gallery = on_gpu(&engine, dim, &faces);
        let mut queries: Vec<_> = (0..9).map(|_| numbers.embedding_of(dim)).collect();
        queries.extend([face.clone(), near(&face, 0.5, &mut numbers), faces[100].2.clone()]);
        check(&gallery, &faces, &queries);
        let longer = numbers.embedding_of(dim + 1);
        let found = gallery.search_all(&[longer, face.clone()]).unwrap();
        assert!(found[0].is_none(), "an embedding of another length matches nobody");
        assert_eq!(found[1], gallery.search(&face).unwrap());
    }
}

#[test]
fn whoever_is_alike_is_found_as_by_the_cpu() {
    let Some(engine) = engine(DeviceChoice::Gpu) else { return };
    let mut numbers = Numbers(101);
    let mut faces = faces(1_500, 192, &mut numbers);
    let face = numbers.embedding_of(192);
    for (row, enrolled) in faces.iter_mut().enumerate().take(300) {
        enrolled.2 = near(&face, row as f32 / 80.0, &mut numbers);
    }
    let (gallery, plain) = (on_gpu(&engine, 192, &faces), Gallery::new(192, TAG));
    fill(&plain, &faces);
    for least in [-1.0, 0.4, 0.7, 0.9, faces[31].2.similarity(&face)] {
        let found = [&gallery, &plain].map(|gallery| {
            let mut found = gallery.alike(&face, Subject(3), least).unwrap();
            found.sort_by_key(|alike| alike.1);
            found
        });
        assert_eq!(found[0], found[1]);
    }
}

#[test]
fn after_each_change_the_answer_is_that_of_the_rows_that_are_left() {
    let Some(engine) = engine(DeviceChoice::Gpu) else { return };
    let mut numbers = Numbers(102);
    let mut faces = faces(2 * SEGMENT_ROWS + 5, 24, &mut numbers);
    let gallery = on_gpu(&engine, 24, &faces);
    // Also rows that took a removed one's place, in segments that nothing else changes.
    let everybody_is_found = |faces: &Faces| {
        let all: Vec<_> = faces.iter().map(|face| face.2.clone()).collect();
        let found = gallery.search_all(&all).unwrap().into_iter().map(|top| top.unwrap().template);
        assert!(found.eq(faces.iter().map(|face| face.0)));
    };
    for turn in 0..60 {
        let at = (turn * 197) % faces.len();
        match turn % 4 {
            0 | 1 => {
                let gone = faces.swap_remove(at);
                assert!(gallery.remove(gone.0));
                check(&gallery, &faces, &[gone.2]);
            }
            2 => {
                let new = (TemplateId(10_000 + turn as u128), Subject(9_000), numbers.embedding());
                gallery.insert(new.0, new.1, TAG, &new.2).unwrap();
                faces.push(new.clone());
                check(&gallery, &faces, &[new.2]);
            }
            _ => {
                let (template, subject, old) = faces[at].clone();
                let new = numbers.embedding();
                gallery.replace_subject(subject, TAG, &[(template, new.clone())]);
                faces.retain(|face| face.1 != subject);
                faces.push((template, subject, new.clone()));
                check(&gallery, &faces, &[old, new]);
            }
        }
        if turn % 10 == 9 {
            everybody_is_found(&faces);
        }
    }
    gallery.clear();
    assert!(gallery.search(&faces[0].2).unwrap().is_none());
    fill(&gallery, &faces);
    check(&gallery, &faces, &[faces[0].2.clone()]);
    assert_eq!(gallery.kernel(), "gpu");
}

#[test]
fn changes_by_several_threads_are_seen_by_all_on_a_gpu_too() {
    let Some(engine) = engine(DeviceChoice::Gpu) else { return };
    are_seen_by_all(|gallery| gallery.search_on_from(&engine, 1), 250);
}

#[test]
fn the_cpu_searches_small_galleries_and_where_the_engine_has_no_gpu() {
    let mut numbers = Numbers(103);
    let faces = faces(300, 24, &mut numbers);
    let gallery = || {
        let gallery = Gallery::new(24, TAG);
        fill(&gallery, &faces);
        gallery
    };
    let Some(engine) = engine(DeviceChoice::Cpu) else { return };
    assert_ne!(gallery().search_on_from(&engine, 1).kernel(), "gpu");
    let Some(engine) = self::engine(DeviceChoice::Gpu) else { return };
    let gallery = gallery().search_on_from(&engine, 301);
    assert_ne!(gallery.kernel(), "gpu");
    let one_more = numbers.embedding();
    gallery.insert(TemplateId(999), Subject(999), TAG, &one_more).unwrap();
    assert_eq!(gallery.search(&one_more).unwrap().unwrap().template, TemplateId(999));
    assert_eq!(gallery.kernel(), "gpu", "now there are enough");
    assert!(gallery.remove(TemplateId(999)));
    assert_ne!(gallery.kernel(), "gpu");
    check(&gallery, &faces, &[one_more]);
}

/// A table on the GPU to which something happens.
struct Beset<F> {
    table: Box<dyn Table>,
    /// What happens before each call; an error is the call's.
    before: F,
    /// Subtracted from what each block is said to have.
    less: f32,
    /// The values of each page as it was written last.
    pages: Arc<Mutex<Vec<Vec<i8>>>>,
}

impl<F: FnMut() -> Result<(), TableError> + Send> Table for Beset<F> {
    fn write(&mut self, page: usize, rows: Page<'_>) -> Result<(), TableError> {
        (self.before)()?;
        let mut pages = self.pages.lock();
        let count = pages.len().max(page + 1);
        pages.resize(count, Vec::new());
        pages[page] = rows.values.to_vec();
        self.table.write(page, rows)
    }

    fn truncate(&mut self, pages: usize) -> Result<(), TableError> {
        (self.before)()?;
        self.pages.lock().truncate(pages);
        self.table.truncate(pages)
    }

    fn flush(&mut self) -> Result<(), TableError> {
        (self.before)()?;
        self.table.flush()
    }

    fn maxima(&mut self, queries: &[Query<'_>]) -> Result<Vec<Vec<f32>>, TableError> {
        (self.before)()?;
        let mut maxima = self.table.maxima(queries)?;
        maxima.iter_mut().flatten().for_each(|largest| *largest -= self.less);
        Ok(maxima)
    }
}

/// A gallery on such a table, filled, and the pages as they are on the GPU.
fn beset<F>(engine: &Engine, faces: &Faces, before: F, less: f32) -> (Gallery, Arc<Mutex<Vec<Vec<i8>>>>)
where
    F: FnMut() -> Result<(), TableError> + Send + 'static,
{
    let plain = Gallery::new(24, TAG);
    fill(&plain, faces);
    let (table, pages) = (engine.table(24).unwrap().unwrap(), Arc::default());
    let table = Beset { table, before, less, pages: Arc::clone(&pages) };
    let device = Device::with(Box::new(table), plain.kernel, 24, 1);
    (Gallery { device: Some(device), ..plain }, pages)
}

#[test]
fn a_gpu_that_fails_at_any_step_leaves_the_answer_to_the_cpu() {
    let Some(engine) = engine(DeviceChoice::Gpu) else { return };
    let mut numbers = Numbers(104);
    let faces = faces(SEGMENT_ROWS + 40, 24, &mut numbers);
    let mut went_well = 0;
    for steps in 0..24 {
        let mut left = steps;
        let before = move || {
            left = usize::checked_sub(left, 1).ok_or_else(|| TableError("lost".to_owned()))?;
            Ok(())
        };
        let (gallery, _) = beset(&engine, &faces, before, 0.0);
        let mut faces = faces.clone();
        let query = numbers.embedding();
        check(&gallery, &faces, std::slice::from_ref(&query));
        went_well += usize::from(gallery.kernel() == "gpu");
        let gone = faces.swap_remove(9);
        assert!(gallery.remove(gone.0));
        check(&gallery, &faces, &[query, gone.2]);
    }
    assert!((1..24).contains(&went_well), "it failed while the rows came, and later: {went_well}");
}

#[test]
fn a_gpu_whose_sums_are_wrong_is_not_used() {
    let Some(engine) = engine(DeviceChoice::Gpu) else { return };
    let mut numbers = Numbers(105);
    let faces = faces(200, 24, &mut numbers);
    for less in [1e-3, -1e-3, f32::NAN] {
        let (gallery, _) = beset(&engine, &faces, || Ok(()), less);
        check(&gallery, &faces, &[numbers.embedding()]);
        assert_ne!(gallery.kernel(), "gpu", "{less}");
    }
}

#[test]
fn what_was_removed_is_on_no_gpu_when_the_removal_returns() {
    let Some(engine) = engine(DeviceChoice::Gpu) else { return };
    let mut numbers = Numbers(106);
    let mut faces = faces(SEGMENT_ROWS + 3, 24, &mut numbers);
    let (gallery, pages) = beset(&engine, &faces, || Ok(()), 0.0);
    let is_there = |face: &Embedding| {
        let code = Code::new(face).values;
        pages.lock().iter().any(|page| page.chunks_exact(24).any(|row| row == code))
    };
    assert!(gallery.search(&faces[0].2).unwrap().is_some());
    assert!(faces.iter().all(|face| is_there(&face.2)));
    while faces.len() > SEGMENT_ROWS - 3 {
        let gone = faces.swap_remove(faces.len() / 2);
        assert!(gallery.remove(gone.0));
        assert!(!is_there(&gone.2));
    }
    assert!(faces.iter().all(|face| is_there(&face.2)), "the others are still there");
    gallery.clear();
    assert!(pages.lock().is_empty());
}
