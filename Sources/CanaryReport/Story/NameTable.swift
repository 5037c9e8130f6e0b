/// Values under names, in the order in which the names were first seen; names beyond a limit share the value of `(other)`.
///
/// Windows name the same few pods and codes in the same order again and again, so that a name is first looked for behind the
/// one that was found last.
struct NameTable<Value: Sendable>: Sendable {
    private(set) var names: [String] = []
    private(set) var values: [Value] = []
    private var places: [String: Int] = [:]
    private var next = 0
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    static var other: String { "(other)" }

    /// The place of a name that is known.
    func place(of name: String) -> Int? { places[name] }

    /// Changes the value of a name, which begins as `first()`.
    mutating func update(_ name: String, first: @autoclosure () -> Value, _ change: (inout Value) -> Void) {
        let place = place(name, first)
        change(&values[place])
    }

    mutating func change(at place: Int, _ change: (inout Value) -> Void) {
        guard values.indices.contains(place) else { return }
        change(&values[place])
    }

    private mutating func place(_ name: String, _ first: () -> Value) -> Int {
        if next < names.count, names[next] == name {
            defer { next += 1 }
            return next
        }
        if let known = places[name] {
            next = known + 1
            return known
        }
        guard names.count < limit || name == Self.other else { return place(Self.other, first) }
        places[name] = names.count
        names.append(name)
        values.append(first())
        next = names.count
        return names.count - 1
    }
}

extension NameTable where Value == Int {
    mutating func add(_ name: String, _ count: Int) {
        update(name, first: 0) { $0 = $0 &+ count }
    }

    /// Most first.
    func ranked() -> [(name: String, count: Int)] {
        zip(names, values).map { (name: $0, count: $1) }.sorted { ($1.count, $0.name) < ($0.count, $1.name) }
    }
}
