import CanaryCore

/// The services that a set of routes sends requests to: what `check --all` looks at.
package struct FleetInventory: Sendable, Hashable {
    /// By key. A service that is split somewhere is not listed a second time as one with a single version.
    package var subjects: [FleetSubject]
    /// Objects that could not be read; the others were.
    package var problems: [Problem]
    /// What was left out, and why.
    package var notes: [String]
    /// Routes that were read.
    package var routes: Int

    package struct Problem: Sendable, Hashable, CustomStringConvertible {
        /// `routes/reviews.yaml:12`, or `VirtualService test/reviews` for an object of an API.
        package var place: String
        package var message: String

        package init(place: String, message: String) {
            self.place = place
            self.message = message
        }

        package var description: String { "\(place): \(message)" }
    }

    /// The most services; the rest is left out, and said to be.
    package static let mostSubjects = 20_000

    package init(subjects: [FleetSubject] = [], problems: [Problem] = [], notes: [String] = [], routes: Int = 0) {
        self.subjects = subjects
        self.problems = problems
        self.notes = notes
        self.routes = routes
    }
}
