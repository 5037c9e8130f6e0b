/// Requests that wait for a free slot: first come, first served, until their deadlines.
struct WaitingLine<Element> {
    private struct Entry {
        let element: Element
        let deadline: ContinuousClock.Instant
    }

    private var entries: [TransferID: Entry] = [:]

    /// Ids in order of arrival, from `start` on; those that left early are still listed.
    private var order: [TransferID] = []
    private var start = 0

    /// No entry's deadline is earlier.
    private var earliest: ContinuousClock.Instant?

    var count: Int {
        entries.count
    }

    mutating func append(_ element: Element, id: TransferID, deadline: ContinuousClock.Instant) {
        entries[id] = Entry(element: element, deadline: deadline)
        order.append(id)
        earliest = earliest.map { min($0, deadline) } ?? deadline
    }

    /// Takes out the one that waited longest, with its deadline.
    mutating func popFirst() -> (id: TransferID, element: Element, deadline: ContinuousClock.Instant)? {
        while start < order.count {
            let id = order[start]
            start += 1
            if let entry = entries.removeValue(forKey: id) {
                compact()
                return (id, entry.element, entry.deadline)
            }
        }
        compact()
        return nil
    }

    /// Takes out the given one, if it still waits.
    mutating func remove(_ id: TransferID) -> Element? {
        let element = entries.removeValue(forKey: id)?.element
        compact()
        return element
    }

    /// Takes out all whose deadline has passed.
    ///
    /// - Complexity: O(1) as long as none has, O(n) otherwise.
    mutating func removeExpired(at now: ContinuousClock.Instant) -> [Element] {
        guard let earliest, earliest <= now else {
            return []
        }
        let expired = entries.filter { $0.value.deadline <= now }.keys.sorted()
        let elements = expired.compactMap { entries.removeValue(forKey: $0)?.element }
        self.earliest = entries.values.map(\.deadline).min()
        compact()
        return elements
    }

    /// The time from now to the earliest deadline; it may be too short, never too long.
    func patience(at now: ContinuousClock.Instant) -> Duration? {
        entries.isEmpty ? nil : earliest.map { max(.zero, now.duration(to: $0)) }
    }

    /// Forgets ids that left, once they are more than half of the list.
    private mutating func compact() {
        if entries.isEmpty {
            order.removeAll()
            start = 0
            earliest = nil
        } else if order.count > 64, order.count > 2 * entries.count {
            order = order[start...].filter { entries[$0] != nil }
            start = 0
        }
    }
}
