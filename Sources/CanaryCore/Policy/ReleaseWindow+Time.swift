extension CanaryPolicy.ReleaseWindow {
    private static let minute = Duration.seconds(60)
    private static let day = Duration.seconds(86_400)

    /// Whether the window is open at a moment; nil if its time zone is not known.
    ///
    /// By the wall clock there: times that a change to summer time skips do not come, and those that are told twice are open
    /// twice. A window over midnight belongs to the day on which it begins.
    package func isOpen(at moment: Timestamp) -> Bool? {
        ZoneClock(timeZone).map { isOpen(at: moment, $0) }
    }

    /// When the window opens next; nil if it is open, never opens, or its time zone is not known.
    ///
    /// - Complexity: some dozens of look-ups of the zone.
    package func nextOpening(after moment: Timestamp) -> Timestamp? {
        guard let clock = ZoneClock(timeZone), !isOpen(at: moment, clock) else { return nil }
        let today = clock.local(moment).day
        var best: Timestamp?
        // The same weekday again, should its first time be skipped by the clock, is not further than this.
        for day in (today - 1)...(today + 15) where best == nil {
            for candidate in openings(on: day, clock) where candidate > moment && candidate < (best ?? .distantFuture) {
                best = candidate
            }
        }
        return best
    }

    /// The zone's name is known.
    package static func isKnown(timeZone: String) -> Bool { ZoneClock(timeZone) != nil }

    private func isOpen(at moment: Timestamp, _ clock: ZoneClock) -> Bool {
        let local = clock.local(moment)
        if to > from { return falls(on: local.weekday) && (from..<to).contains(local.minute) }
        return falls(on: local.weekday) && local.minute >= from
            || falls(on: local.weekday.before) && local.minute < to
    }

    private func falls(on day: Day) -> Bool { days.isEmpty || days.contains(day) }

    /// The moments of a local day at which the window opens: usually one.
    private func openings(on day: Int64, _ clock: ZoneClock) -> [Timestamp] {
        let wall = day * 86_400_000 + Int64(from) * 60_000
        let guess = Timestamp(milliseconds: wall)
        let offsets = Set([-1, 0, 1].map { clock.offset(at: guess.advanced(by: Self.day * $0)) })
        var found: [Timestamp] = []
        for offset in offsets {
            var start = Timestamp(milliseconds: wall - offset)
            guard isOpen(at: start, clock) else { continue }
            // The beginning may be in a gap: then the window opens where the clock lands.
            for _ in 0..<240 {
                let earlier = start.advanced(by: .zero - Self.minute)
                guard isOpen(at: earlier, clock) else { break }
                start = earlier
            }
            if !isOpen(at: start.advanced(by: .zero - Self.minute), clock) { found.append(start) }
        }
        return found
    }
}

extension CanaryPolicy.ReleaseWindow.Day {
    var before: Self { Self(rawValue: rawValue == 1 ? 7 : rawValue - 1) ?? .sunday }

    /// `Mon`.
    package var short: String {
        switch self {
        case .monday: "Mon"
        case .tuesday: "Tue"
        case .wednesday: "Wed"
        case .thursday: "Thu"
        case .friday: "Fri"
        case .saturday: "Sat"
        case .sunday: "Sun"
        }
    }
}

extension Timestamp {
    static let distantFuture = Timestamp(milliseconds: .max)
}
