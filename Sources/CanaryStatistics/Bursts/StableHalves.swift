/// The stable version's pods in two halves that are compared with each other (§8.1).
///
/// Pods join in order of first appearance, by name within a window, each the half with fewer live pods, the first on a
/// tie. A pod that is not listed any more has left its half.
package struct StableHalves: Sendable, Hashable, Codable {
    /// True for the pods of the second half, in the roster's order.
    package private(set) var isSecond: [Bool] = []

    /// No pods yet.
    package init() {}

    /// Follows a change of the roster.
    ///
    /// - Parameters:
    ///   - places: for each pod of the window its place until now, `nil` for a new pod.
    ///   - names: the pods of the window.
    package mutating func follow(places: [Int?], names: [String]) {
        var halves = [Bool?](repeating: nil, count: places.count)
        var first = 0
        var second = 0
        for (index, place) in places.enumerated() {
            guard let place, isSecond.indices.contains(place) else { continue }
            halves[index] = isSecond[place]
            if isSecond[place] {
                second += 1
            } else {
                first += 1
            }
        }
        let newcomers = places.indices.filter { halves[$0] == nil }.sorted { a, b in
            names[a] == names[b] ? a < b : names[a] < names[b]
        }
        for index in newcomers {
            let joinsSecond = second < first
            halves[index] = joinsSecond
            if joinsSecond {
                second += 1
            } else {
                first += 1
            }
        }
        isSecond = halves.map { $0 ?? false }
    }
}
