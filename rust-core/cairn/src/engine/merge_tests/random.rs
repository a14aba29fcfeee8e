//! Anything may happen to three phones, in any order.

use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Act {
    Hear { phone: usize, place: u8, day: i64, which: u8 },
    Upload { phone: usize },
    Prune { phone: usize, limit: u32 },
    Merge { into: usize, from: usize },
    Become { phone: usize, other: usize },
}

const PHONES: usize = 3;

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => (0..PHONES, 0..4_u8, 0..200_i64, 1..16_u8)
            .prop_map(|(phone, place, day, which)| Act::Hear { phone, place, day, which }),
        1 => (0..PHONES).prop_map(|phone| Act::Upload { phone }),
        1 => (0..PHONES, 1..4_u32).prop_map(|(phone, limit)| Act::Prune { phone, limit }),
        2 => (0..PHONES, 0..PHONES).prop_map(|(into, from)| Act::Merge { into, from }),
        1 => (0..PHONES, 0..PHONES).prop_map(|(phone, other)| Act::Become { phone, other }),
    ]
}

/// Two of the phones at once.
fn pair(phones: &mut [Phone], one: usize, other: usize) -> Option<(&mut Phone, &Phone)> {
    let (low, high) = phones.split_at_mut(one.max(other));
    match one.cmp(&other) {
        std::cmp::Ordering::Less => Some((&mut low[one], &high[0])),
        std::cmp::Ordering::Greater => Some((&mut high[0], &low[other])),
        std::cmp::Ordering::Equal => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_phones_live_through_and_however_they_are_merged_all_of_it_counts_once(
        acts in prop::collection::vec(act(), 1..24), orders in prop::collection::vec(Just([0, 1, 2]).prop_shuffle(), 2),
    ) {
        let mut phones: Vec<Phone> = (0..PHONES).map(|_| Phone::with_service()).collect();
        let mut lived = Vec::new();
        let taker = Taker::default();
        for act in acts {
            match act {
                Act::Hear { phone, place, day, which } => {
                    let happened = phones[phone].hear(lived.len(), place, day, which);
                    lived.push(happened);
                }
                Act::Upload { phone } => {
                    let happened = phones[phone].upload(lived.len(), &taker);
                    lived.push(happened);
                }
                Act::Prune { phone, limit } => {
                    phones[phone].engine.prune(limit).unwrap();
                }
                Act::Merge { into, from } => {
                    if let Some((into, from)) = pair(&mut phones, into, from) {
                        into.merge(from);
                    }
                }
                Act::Become { phone, other } => {
                    if let Some((phone, other)) = pair(&mut phones, phone, other) {
                        phone.becomes(other);
                    }
                }
            }
        }
        for phone in &phones {
            let all: Vec<_> = phone.lived.iter().map(|n| lived[*n].clone()).collect();
            prop_assert_eq!(totals(&phone.engine), totals_of(&all));
        }
        let mut united: Vec<Phone> = orders
            .iter()
            .map(|order| {
                let mut one = Phone::new();
                for n in order.iter().chain(order) {
                    one.merge(&phones[*n]);
                }
                one
            })
            .collect();
        let all: Vec<_> = united[0].lived.iter().map(|n| lived[*n].clone()).collect();
        prop_assert_eq!(totals(&united[0].engine), totals_of(&all));
        let (a, b) = (united[0].state(), united[1].state());
        for (table, rows) in &a {
            prop_assert_eq!(rows, &b[table], "{}", table);
        }

        // Into each other, nothing changes any more.
        let (one, rest) = united.split_at_mut(1);
        let summary = one[0].merge(&rest[0]);
        prop_assert_eq!(MergeSummary { services: vec![], ..summary }, MergeSummary::default());

        // What was taken anywhere is not sent again, the rest once.
        let before: BTreeSet<i64> = taken_of(&one[0]);
        let again = Taker::default();
        one[0].engine.add_service(service()).unwrap();
        one[0].upload(lived.len(), &again);
        let sent = again.0.into_inner().unwrap();
        let distinct: BTreeSet<i64> = sent.iter().copied().collect();
        prop_assert_eq!(distinct.len(), sent.len());
        prop_assert!(distinct.is_disjoint(&before));
    }
}

/// Times of reports that a service has taken and that are still here.
fn taken_of(phone: &Phone) -> BTreeSet<i64> {
    let db = Connection::open(phone.path()).unwrap();
    let mut select = db.prepare("SELECT utc FROM report r JOIN outbox o ON o.report = r.id WHERE o.state = 1").unwrap();
    select.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}
