/// The faults that wait for requests, in the order of their injection.
struct FaultPlan: Sendable {
    private struct Entry: Sendable {
        let number: Int
        let fault: Fault
        var passed = 0
        var used = 0
    }

    private var entries: [Entry] = []
    private var made = 0

    mutating func add(_ fault: Fault) -> Int {
        made += 1
        entries.append(Entry(number: made, fault: fault))
        return made
    }

    mutating func remove(_ number: Int) { entries.removeAll { $0.number == number } }

    mutating func removeAll() { entries = [] }

    /// What befalls a request: any number of effects that pass it on, and at most one, the last, that does not.
    mutating func take(for request: APIRequest) -> [Fault.Effect] {
        var effects: [Fault.Effect] = []
        var last: Fault.Effect?
        for index in entries.indices where entries[index].fault.concerns(request) {
            let fault = entries[index].fault
            guard last == nil || fault.effect.passesOn else { continue }
            guard entries[index].passed >= fault.after else {
                entries[index].passed += 1
                continue
            }
            entries[index].used += 1
            if fault.effect.passesOn { effects.append(fault.effect) } else { last = fault.effect }
        }
        entries.removeAll { entry in entry.fault.times.map { entry.used >= $0 } ?? false }
        if let last { effects.append(last) }
        return effects
    }
}
