/// What happened when, in named lanes under one time axis.
package struct LaneChart: Chart {
    /// The shape says what kind of thing a mark is; the colour only repeats it.
    package enum Symbol: String, Sendable, Hashable, CaseIterable {
        case circle
        case square
        case diamond
        case up
        case down
        case cross
        case ring
    }

    package struct Mark: Sendable, Hashable {
        /// In seconds.
        package var at: Double
        /// An index into `lanes`; others are left out.
        package var lane: Int
        package var symbol: Symbol
        package var role: ChartRole
        /// A few words; written beside the symbol where there is room.
        package var label: String
        /// What a pointer over it shows.
        package var detail: String
        /// Where a click leads within the page, such as `event-12`.
        package var anchor: String?

        package init(
            at: Double,
            lane: Int,
            symbol: Symbol,
            role: ChartRole,
            label: String,
            detail: String = "",
            anchor: String? = nil
        ) {
            self.at = at
            self.lane = lane
            self.symbol = symbol
            self.role = role
            self.label = label
            self.detail = detail
            self.anchor = anchor
        }
    }

    /// Something that lasted, such as a pause: a bar in its lane.
    package struct Bar: Sendable, Hashable {
        package var from: Double
        package var to: Double
        package var lane: Int
        package var role: ChartRole
        package var label: String

        package init(from: Double, to: Double, lane: Int, role: ChartRole, label: String) {
            self.from = from
            self.to = to
            self.lane = lane
            self.role = role
            self.label = label
        }
    }

    /// An entry of the legend below the lanes.
    package struct Key: Sendable, Hashable {
        package var symbol: Symbol
        package var role: ChartRole
        package var label: String

        package init(_ label: String, symbol: Symbol, role: ChartRole) {
            self.label = label
            self.symbol = symbol
            self.role = role
        }
    }

    package var id: String
    package var title: String
    package var summary: String
    package var time: TimeAxis
    /// Names from top to bottom.
    package var lanes: [String]
    package var marks: [Mark]
    package var bars: [Bar] = []
    package var keys: [Key] = []
    /// The rollout's steps, shaded in turn behind the lanes.
    package var steps: [TimeSpan] = []

    package init(id: String, title: String, summary: String, time: TimeAxis, lanes: [String], marks: [Mark]) {
        self.id = id
        self.title = title
        self.summary = summary
        self.time = time
        self.lanes = lanes
        self.marks = marks
    }
}
