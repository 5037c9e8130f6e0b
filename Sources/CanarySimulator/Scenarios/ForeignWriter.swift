/// Somebody who resets the weights once, some time into the second step (`second-writer`).
struct ForeignWriter: Sendable, Hashable {
    private var lastShare = 0.0
    private var raises = 0
    private var strikeSeconds: Double?
    private var hasStruck = false

    /// Notes the share in force from `seconds` on.
    mutating func observe(share: Double, at seconds: Double) {
        if share > lastShare {
            raises += 1
            if raises == 2 { strikeSeconds = seconds + ScenarioNumbers.strikeDelay }
        } else if share == 0 {
            raises = 0
            strikeSeconds = nil
        }
        lastShare = share
    }

    /// Whether the write happens now; true once.
    mutating func strike(at seconds: Double) -> Bool {
        guard !hasStruck, let strikeSeconds, seconds >= strikeSeconds else { return false }
        hasStruck = true
        return true
    }
}
