/// The pods of one version in the order of the present window, so that their state can live in flat arrays.
package struct PodRoster: Sendable, Hashable, Codable {
    package private(set) var names: [String] = []

    /// No pods yet.
    package init() {}

    /// Takes over the order of a window's pods.
    ///
    /// - Returns: for each pod of the window its place until now, `nil` for a new pod; or `nil` if nothing changed,
    ///   the usual case, which costs one comparison a pod. Of two pods with one name the later is new.
    package mutating func align(with pods: [PodCounts]) -> [Int?]? {
        if pods.count == names.count {
            var isSame = true
            for index in names.indices where names[index] != pods[index].name {
                isSame = false
                break
            }
            if isSame {
                return nil
            }
        }
        var places: [String: Int] = [:]
        for (index, name) in names.enumerated() {
            places[name] = index
        }
        names = pods.map(\.name)
        return names.map { places.removeValue(forKey: $0) }
    }
}
