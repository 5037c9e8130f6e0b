/// The bounds that any histogram of a fleet has, in order of appearance.
struct FleetBounds: Sendable {
    /// The most bounds; a histogram that has more is read without them, which joins buckets.
    static let most = 48

    /// `+Inf` is always there.
    private(set) var milliseconds: [Double] = [.infinity]

    /// Where a bound is, added if it is new; nil if it is none or there are too many.
    mutating func place(of bound: Double) -> Int? {
        if let place = milliseconds.firstIndex(of: bound) { return place }
        guard bound > 0, milliseconds.count < Self.most else { return nil }
        milliseconds.append(bound)
        return milliseconds.count - 1
    }

    /// The places by ascending bound; the last one is `+Inf`.
    var ascending: [Int] {
        milliseconds.indices.sorted { milliseconds[$0] < milliseconds[$1] }
    }
}
