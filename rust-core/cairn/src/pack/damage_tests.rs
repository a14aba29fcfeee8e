//! A pack that is not as it was made: it says so, or answers the same; it never answers wrong and never panics.

use std::io::{Seek, SeekFrom, Write};

use proptest::prelude::*;

use super::header::{Header, LENGTH, Part};
use super::tests::{build, cell_key, mac, options};
use super::*;

/// What a pack answers to some questions.
type Answers = Result<(Vec<Option<Station>>, Vec<Option<CellEntry>>, usize), PackError>;

/// Asked block by block, and the same of one that is kept in memory.
fn ask(path: &Path) -> Answers {
    let answers = ask_of(&Pack::open(path)?);
    assert_eq!(ask_of(&Pack::open(path)?.keeping(u64::MAX)), answers);
    answers
}

fn ask_of(pack: &Pack) -> Answers {
    let scan: Vec<Mac> = (0..12).map(|n| mac(n, 0)).chain([mac(90_000, 0)]).collect();
    let cells = (0..8).map(|n| pack.cell(cell_key(n))).collect::<Result<_, _>>()?;
    Ok((pack.find(&scan)?, cells, pack.area(cell_key(999))?.len()))
}

#[test]
fn every_single_flipped_bit_is_noticed_or_changes_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pack");
    build(&path, options(), 0..12, 0..8);
    let bytes = std::fs::read(&path).unwrap();
    let sound = ask(&path);
    assert!(
        sound.as_ref().is_ok_and(
            |(stations, cells, _)| stations.iter().flatten().count() == 12 && cells.iter().all(Option::is_some)
        )
    );
    let mut file = File::options().write(true).open(&path).unwrap();
    let mut noticed = 0;
    for (at, byte) in bytes.iter().enumerate() {
        for bit in 0..8 {
            let mut put = |byte: u8| {
                file.seek(SeekFrom::Start(at as u64)).unwrap();
                file.write_all(&[byte]).unwrap();
            };
            put(byte ^ 1 << bit);
            let answers = ask(&path);
            put(*byte);
            noticed += usize::from(answers.is_err());
            assert!(answers.is_err() || answers == sound, "byte {at}, bit {bit}");
        }
    }
    assert_eq!(noticed, bytes.len() * 8, "with questions to every block each flip is noticed");
    assert_eq!(ask(&path), sound);
}

#[test]
fn a_pack_cut_off_anywhere_or_made_longer_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (path, cut) = (folder.path().join("a.pack"), folder.path().join("cut"));
    build(&path, options(), 0..12, 0..8);
    let one = Pack::open(&path).unwrap();
    merge(&[one], &path, 1, &mut |_| true).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    for length in 0..bytes.len() {
        std::fs::write(&cut, &bytes[..length]).unwrap();
        let fault = Pack::open(&cut).err();
        let told = match length {
            ..8 => fault == Some(PackError::NotAPack),
            _ => {
                matches!(fault, Some(PackError::Length { found, .. }) if found == length as u64)
                    || fault == Some(PackError::Damaged("length"))
            }
        };
        assert!(told, "{length}: {fault:?}");
    }
    std::fs::write(&cut, [&bytes[..], &[0]].concat()).unwrap();
    let (expected, found) = (bytes.len() as u64, bytes.len() as u64 + 1);
    assert_eq!(Pack::open(&cut).err(), Some(PackError::Length { expected, found }));
}

#[test]
fn a_pack_cut_off_or_written_over_while_it_is_open_gives_no_wrong_place() {
    let folder = tempfile::tempdir().unwrap();
    let (path, other) = (folder.path().join("a.pack"), folder.path().join("b.pack"));
    build(&path, options(), 0..600, 0..0);
    build(&other, Options { secret: [9; 32], ..options() }, 0..600, 0..0);
    let pack = Pack::open(&path).unwrap();
    let scan = |first: u64| -> Vec<Mac> { (first..first + 12).map(|n| mac(n, 0)).collect() };
    let (part, length) = pack.segments[0].header.part(Part::Stations);
    let before = pack.find(&scan(0)).unwrap();
    assert_eq!(before.iter().flatten().count(), 12);
    let bytes = std::fs::read(&path).unwrap();

    let write_over = |bytes: &[u8]| std::fs::write(&path, bytes).unwrap();
    write_over(&bytes[..part as usize]);
    assert!(matches!(pack.find(&scan(0)), Err(PackError::File(_))), "what was read once is not there any more");
    write_over(&[&bytes[..part as usize], &vec![0xff; length as usize]].concat());
    assert_eq!(pack.find(&scan(0)), Ok(vec![None; 12]));
    write_over(&std::fs::read(&other).unwrap());
    assert!(pack.find(&scan(0)).is_ok_and(|found| found.iter().flatten().count() == 0));
    let unread = Pack::open(&path).unwrap();
    write_over(&bytes);
    assert!(matches!(unread.find(&scan(0)), Err(PackError::Damaged(_))), "what was not read before is told");
    assert_eq!(pack.find(&scan(0)), Ok(before));
}

#[test]
fn what_is_no_pack_is_told_from_one_that_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    let fault = || check(&path).fault;
    assert_eq!(fault(), Some(PackError::NotFound));
    for bytes in [&b""[..], b"CairnPc", b"mac,lat,lon,alt\n", &[0; 1_000]] {
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(fault(), Some(PackError::NotAPack));
    }
    assert_eq!(check(folder.path()).fault, Some(PackError::File(std::io::ErrorKind::IsADirectory)));
}

/// Makes the checksums of a file of one segment fit what is in it: damage that was done on purpose.
fn forge(bytes: &mut [u8]) -> Option<()> {
    let header: [u8; LENGTH] = bytes.get(..LENGTH)?.try_into().ok()?;
    let mut header = Header::decode(&header, bytes.len() as u64).ok()?;
    let range = |header: &Header, part| {
        let (at, length) = header.part(part);
        at as usize..(at + length) as usize
    };
    for (directory, part, entry) in
        [(Part::StationDirectory, Part::Stations, 2), (Part::CellDirectory, Part::Cells, 15)]
    {
        let lengths: Vec<u16> = bytes[range(&header, directory)]
            .chunks(entry)
            .map(|e| u16::from_le_bytes(e[entry - 2..].try_into().unwrap()))
            .collect();
        let mut begin = range(&header, part).start;
        for (index, length) in lengths.into_iter().enumerate() {
            let end = begin + usize::from(length);
            if let Some(block) = bytes.get_mut(begin..end).filter(|b| b.len() >= 4) {
                let (content, sum) = block.split_at_mut(block.len() - 4);
                sum.copy_from_slice(&blocks::checksum(index as u32, content).to_le_bytes());
            }
            begin = end;
        }
    }
    for (index, part) in [Part::Notes, Part::Tiles, Part::StationDirectory, Part::CellDirectory].into_iter().enumerate()
    {
        header.checksums[index] = crc32fast::hash(&bytes[range(&header, part)]);
    }
    bytes[..LENGTH].copy_from_slice(&header.encode());
    Some(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn arbitrary_bytes_are_opened_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2_000), with_magic in any::<bool>()) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        let start: &[u8] = if with_magic { b"CairnPck\x01\0" } else { b"" };
        std::fs::write(&path, [start, &bytes].concat()).unwrap();
        prop_assert!(ask(&path).is_err());
    }

    #[test]
    fn a_forged_pack_may_lie_but_does_not_bring_its_reader_down(changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..12)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        build(&path, options(), 0..12, 0..8);
        let mut bytes = std::fs::read(&path).unwrap();
        for (at, byte) in changes {
            // Not in what is found again by the magic and the version.
            let at = LENGTH - 50 + at.index(bytes.len() - LENGTH + 50);
            bytes[at] = byte;
        }
        let header: [u8; LENGTH] = bytes[..LENGTH].try_into().unwrap();
        let sum = crc32fast::hash(&header[..LENGTH - 4]);
        bytes[LENGTH - 4..LENGTH].copy_from_slice(&sum.to_le_bytes());
        forge(&mut bytes);
        std::fs::write(&path, bytes).unwrap();
        let _ = ask(&path);
        let _ = check(&path);
    }
}
