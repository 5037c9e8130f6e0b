/// Pauses that grow from one failure to the next, with a random part so that many clients do not come back at once.
struct Backoff {
    private let first: Duration
    private let longest: Duration
    private var failures = 0
    private var state: UInt64

    init(first: Duration, longest: Duration, seed: UInt64) {
        self.first = first
        self.longest = longest
        state = seed
    }

    /// The pause after one more failure: between half and all of twice the one before.
    mutating func next() -> Duration {
        let full = min(longest, first * (1 << min(failures, 20)))
        failures += 1
        return full / 2 + full * Int(random() >> 54) / 2048
    }

    mutating func reset() {
        failures = 0
    }

    /// SplitMix64.
    private mutating func random() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
