/// The grain of virtual time: a tenth of a second.
enum Quantum {
    static let microseconds: Int64 = 100_000
    /// In virtual seconds.
    static let length = 0.1

    /// The start of a quantum in virtual seconds.
    static func seconds(_ quantum: Int64) -> Double {
        Double(quantum) / 10
    }

    /// How many quanta are nearest to a duration in seconds.
    static func count(in seconds: Double) -> Int64 {
        Int64((MeshConfiguration.limited(seconds, to: 1e9, otherwise: 0) * 10).rounded())
    }

    /// The length of an episode between two durations in seconds, at the place `draw` (0...1) between them.
    static func count(from shortest: Double, to longest: Double, draw: Double) -> Int64 {
        count(in: shortest + (longest - shortest) * draw)
    }
}
