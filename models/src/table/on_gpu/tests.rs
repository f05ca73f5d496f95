//! Tables on whatever Vulkan adapter there is, against sums of whole numbers.

use super::*;
use crate::table::apart;

/// A small generator, so that every run sees the same numbers (Marsaglia's xorshift, 64 bits).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, most: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 20) as i64 % (2 * most + 1) - most
    }
}

/// Rows as they should be in a table.
struct Rows {
    columns: usize,
    values: Vec<i8>,
    measures: Vec<[f32; 2]>,
}

/// Values, scale and weight.
type Asked = (Vec<i16>, f32, f32);

impl Rows {
    fn random(columns: usize, count: usize, numbers: &mut Numbers) -> Self {
        let values = (0..columns * count).map(|_| numbers.next(127) as i8).collect();
        // About as the values of unit vectors are scaled.
        let scale = 1.0 / (127.0 * (columns as f32).sqrt());
        let measures = (0..count).map(|_| [scale, 0.01 + numbers.next(100) as f32 / 1e4]).collect();
        Self { columns, values, measures }
    }

    fn query(&self, numbers: &mut Numbers) -> Asked {
        let most = (i32::MAX as usize / (127 * self.columns)).min(i16::MAX as usize) as i64;
        let values = (0..self.columns).map(|_| numbers.next(most) as i16).collect();
        (values, 1.0 / (most as f32 * (self.columns as f32).sqrt()), 1.01)
    }

    fn page(&self, page: usize) -> Page<'_> {
        let to = (PAGE_ROWS * (page + 1)).min(self.measures.len());
        let from = PAGE_ROWS * page;
        Page {
            values: &self.values[from * self.columns..to * self.columns],
            measures: &self.measures[from..to],
        }
    }

    fn pages(&self) -> usize {
        self.measures.len().div_ceil(PAGE_ROWS)
    }

    fn write(&self, table: &mut dyn Table) {
        (0..self.pages()).for_each(|page| table.write(page, self.page(page)).unwrap());
    }

    /// The largest of each block without rounding; blocks without rows have none.
    fn maxima(&self, (values, scale, weight): &Asked) -> Vec<Option<f64>> {
        let counts = self.values.chunks(self.columns).zip(&self.measures).map(|(row, [of_row, offset])| {
            let product: i64 = row.iter().zip(values).map(|(a, b)| i64::from(*a) * i64::from(*b)).sum();
            assert!(i32::try_from(product).is_ok());
            product as f64 * f64::from(*of_row) * f64::from(*scale) + f64::from(*offset) * f64::from(*weight)
        });
        let counts: Vec<f64> = counts.collect();
        let blocks = counts.chunks(BLOCK_ROWS).map(|block| block.iter().copied().reduce(f64::max));
        let none = std::iter::repeat(None);
        blocks.chain(none).take(self.pages() * PAGE_BLOCKS).collect()
    }

    fn check(&self, table: &mut dyn Table, queries: &[Asked]) {
        let asked: Vec<Query<'_>> = queries
            .iter()
            .map(|(values, scale, weight)| Query { values, scale: *scale, weight: *weight })
            .collect();
        let found = table.maxima(&asked).unwrap();
        assert_eq!(found.len(), queries.len());
        for (found, query) in found.iter().zip(queries) {
            let expected = self.maxima(query);
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.iter().zip(expected) {
                match expected {
                    Some(expected) => {
                        let off = (f64::from(*found) - expected).abs();
                        assert!(off <= f64::from(apart(1.0)), "{found} instead of {expected}");
                    }
                    None => assert!(*found < -1e20, "{found} where there is no row"),
                }
            }
        }
    }
}

fn table(columns: usize) -> Option<Box<dyn Table>> {
    match crate::engine::test_device() {
        Ok((device, queue)) => Some(Maker::new(&device, &queue).make(columns).unwrap()),
        Err(reason) => {
            println!("SKIP({reason})");
            None
        }
    }
}

#[test]
fn the_largest_of_each_block_is_that_of_sums_of_whole_numbers() {
    let mut numbers = Numbers(1);
    for (columns, count) in [(1, 3), (3, 513), (24, 64), (128, 700), (192, 1_024), (512, 1_300)] {
        let Some(mut table) = table(columns) else { return };
        let rows = Rows::random(columns, count, &mut numbers);
        rows.write(&mut *table);
        for queries in [1, 3, 8, 11] {
            let queries: Vec<Asked> = (0..queries).map(|_| rows.query(&mut numbers)).collect();
            rows.check(&mut *table, &queries);
        }
    }
}

#[test]
fn the_largest_products_of_32_bits_do_not_leave_them() {
    let Some(mut table) = table(512) else { return };
    let most = (i32::MAX / (127 * 512)).min(i32::from(i16::MAX)) as i16;
    for sign in [1, -1] {
        let rows = Rows { columns: 512, values: vec![127 * sign; 512 * 70], measures: vec![[1e-5, 0.0]; 70] };
        rows.write(&mut *table);
        rows.check(&mut *table, &[(vec![most; 512], 1e-5, 1.0), (vec![-most; 512], 1e-5, 1.0)]);
    }
}

#[test]
fn rows_beyond_one_part_of_the_memory_are_found_as_well() {
    let mut numbers = Numbers(2);
    let Some(mut table) = table(4) else { return };
    let rows = Rows::random(4, (2 * PART_PAGES + 1) * PAGE_ROWS + 9, &mut numbers);
    rows.write(&mut *table);
    let queries: Vec<Asked> = (0..2).map(|_| rows.query(&mut numbers)).collect();
    rows.check(&mut *table, &queries);
    rows.check(&mut *table, &queries[..1]);
}

#[test]
fn what_is_overwritten_or_cut_off_never_comes_back() {
    let mut numbers = Numbers(3);
    let Some(mut table) = table(24) else { return };
    let mut rows = Rows::random(24, 3 * PAGE_ROWS, &mut numbers);
    let query = rows.query(&mut numbers);
    // The first row is by far the largest of all.
    rows.measures[0][1] = 0.9;
    rows.write(&mut *table);
    rows.check(&mut *table, std::slice::from_ref(&query));
    rows.measures[0][1] = 0.0;
    table.write(0, rows.page(0)).unwrap();
    rows.check(&mut *table, std::slice::from_ref(&query));
    for count in [2 * PAGE_ROWS + 7, 2 * PAGE_ROWS, 5] {
        rows.values.truncate(24 * count);
        rows.measures.truncate(count);
        table.write(rows.pages() - 1, rows.page(rows.pages() - 1)).unwrap();
        table.truncate(rows.pages()).unwrap();
        rows.check(&mut *table, std::slice::from_ref(&query));
    }
    table.truncate(0).unwrap();
    let (values, scale, weight) = &query;
    let found = table.maxima(&[Query { values, scale: *scale, weight: *weight }]);
    assert_eq!(found, Ok(vec![Vec::new()]));
}

#[test]
fn what_does_not_fit_is_refused() {
    let Some(mut table) = table(4) else { return };
    let one = |values| Page { values, measures: &[[1.0, 0.0]] };
    assert!(table.write(1, one(&[1; 4])).is_err(), "a page behind one that is not there");
    assert!(table.write(0, one(&[1; 5])).is_err());
    table.write(0, one(&[1; 4])).unwrap();
    assert!(table.maxima(&[Query { values: &[1; 3], scale: 1.0, weight: 0.0 }]).is_err());
    assert_eq!(table.maxima(&[]), Ok(Vec::new()));
}

#[test]
fn a_lost_device_is_an_error_and_no_answer() {
    let (device, queue) = match crate::engine::own_device() {
        Ok(device) => device,
        Err(reason) => return println!("SKIP({reason})"),
    };
    let mut numbers = Numbers(4);
    let rows = Rows::random(24, 600, &mut numbers);
    let mut table = Maker::new(&device, &queue).make(24).unwrap();
    rows.write(&mut *table);
    let query = rows.query(&mut numbers);
    rows.check(&mut *table, std::slice::from_ref(&query));
    device.destroy();
    let (values, scale, weight) = &query;
    let asked = [Query { values, scale: *scale, weight: *weight }];
    assert!(table.maxima(&asked).is_err());
    assert!(table.maxima(&asked).is_err(), "nor later");
    let made = Maker::new(&device, &queue).make(24);
    let answered = made.and_then(|mut table| {
        table.write(0, rows.page(0))?;
        table.maxima(&asked)
    });
    assert!(answered.is_err(), "nor has another table one");
}
