package import CanaryCore

/// When a frame is drawn, on the run's own clock, so that times move between two rounds.
package struct LiveMoment: Sendable, Hashable {
    package var at: Timestamp
    /// Virtual seconds a real second, of a simulation; nil in real time.
    package var speed: Double?

    package init(at: Timestamp, speed: Double? = nil) {
        self.at = at
        self.speed = speed
    }
}

/// One frame, ready to be drawn.
package struct LiveFrame: Sendable, Hashable {
    /// From the top of the screen; at most as many as it has rows.
    package var lines: [String]
    /// Where somebody types: row and column from 0; nil if nowhere.
    package var cursor: Cursor?

    package struct Cursor: Sendable, Hashable {
        package var row: Int
        package var column: Int
    }
}
