//! Every way in which something heard does not become part of a report. The words are stored and shown: they never change.

/// Why a fix or a sighting was not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Drop {
    /// The fix was made up by another app.
    MockFix,
    /// The fix has no accuracy, or one too poor to learn from.
    InaccurateFix,
    /// The fix lies at 0°/0°: what broken receivers give for "unknown".
    NullIsland,
    /// The fix is a repetition of an older one, or its time runs backwards.
    StaleFix,
    /// The fix's date cannot be right.
    ImplausibleTime,
    /// Nothing moves from the last fix to this one in that time.
    Jump,
    /// The phone flies.
    Aircraft,
    /// Well-known access points say that the fix is wrong: jamming, spoofing, a tunnel.
    Contradicted,
    /// The place lies in one of the user's zones.
    Zone,
    /// No fix is near enough in time or distance.
    NoFix,
    /// The network is hidden.
    Hidden,
    /// The network's owner opted out.
    OptedOut,
    /// The address or name is on the user's own list.
    Refused,
    /// The address cannot be a transmitter's.
    InvalidMac,
    /// The cell does not tell who it is.
    NamelessCell,
    /// The emitter travels.
    Mobile,
    /// The sensor's data could not be read.
    Unreadable,
    /// The same emitter was heard better in the same report.
    Repeated,
    /// What a file tells is in already, from another file or from this phone itself.
    Known,
}

impl Drop {
    /// All of them, for the screens.
    pub const ALL: [Self; 19] = [
        Self::MockFix,
        Self::InaccurateFix,
        Self::NullIsland,
        Self::StaleFix,
        Self::ImplausibleTime,
        Self::Jump,
        Self::Aircraft,
        Self::Contradicted,
        Self::Zone,
        Self::NoFix,
        Self::Hidden,
        Self::OptedOut,
        Self::Refused,
        Self::InvalidMac,
        Self::NamelessCell,
        Self::Mobile,
        Self::Unreadable,
        Self::Repeated,
        Self::Known,
    ];

    /// The word under which it is counted in the store.
    pub const fn word(self) -> &'static str {
        match self {
            Self::MockFix => "mock_fix",
            Self::InaccurateFix => "inaccurate_fix",
            Self::NullIsland => "null_island",
            Self::StaleFix => "stale_fix",
            Self::ImplausibleTime => "implausible_time",
            Self::Jump => "jump",
            Self::Aircraft => "aircraft",
            Self::Contradicted => "contradicted",
            Self::Zone => "zone",
            Self::NoFix => "no_fix",
            Self::Hidden => "hidden",
            Self::OptedOut => "opted_out",
            Self::Refused => "refused",
            Self::InvalidMac => "invalid_mac",
            Self::NamelessCell => "nameless_cell",
            Self::Mobile => "mobile",
            Self::Unreadable => "unreadable",
            Self::Repeated => "repeated",
            Self::Known => "known",
        }
    }

    /// The same for a reader of English.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::MockFix => "position made up by another app",
            Self::InaccurateFix => "position too inaccurate",
            Self::NullIsland => "position at 0/0",
            Self::StaleFix => "old position told again",
            Self::ImplausibleTime => "impossible date",
            Self::Jump => "position jumped",
            Self::Aircraft => "in an aircraft",
            Self::Contradicted => "position contradicted by known access points",
            Self::Zone => "inside one of your zones",
            Self::NoFix => "no position near enough",
            Self::Hidden => "hidden network",
            Self::OptedOut => "owner opted out",
            Self::Refused => "on your own list",
            Self::InvalidMac => "address of no transmitter",
            Self::NamelessCell => "cell without identity",
            Self::Mobile => "travels with somebody",
            Self::Unreadable => "unreadable",
            Self::Repeated => "heard better in the same report",
            Self::Known => "in already, from another file",
        }
    }
}

/// How often what happened: the counters that intake hands on with each passage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Sightings that came in, whatever became of them.
    pub raw: u64,
    /// Sightings kept for upload.
    pub kept: u64,
    /// Sightings that told nothing new: learned from and counted, not stored.
    pub counted: u64,
    /// Fixes that came in.
    pub fixes: u64,
    /// The rest, by reason. Fixes and sightings both: a fix that is dropped leaves its sightings to [`Drop::NoFix`].
    pub dropped: std::collections::BTreeMap<Drop, u64>,
}

impl Counts {
    /// Counts one drop.
    pub fn drop(&mut self, why: Drop) {
        *self.dropped.entry(why).or_default() += 1;
    }

    /// Adds what another counted.
    pub fn add(&mut self, other: &Self) {
        self.raw += other.raw;
        self.kept += other.kept;
        self.counted += other.counted;
        self.fixes += other.fixes;
        for (&why, n) in &other.dropped {
            *self.dropped.entry(why).or_default() += n;
        }
    }
}
