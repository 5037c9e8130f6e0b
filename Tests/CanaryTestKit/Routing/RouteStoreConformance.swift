package import CanaryCore

/// What every route store must do, whatever it keeps routes in: a suite that each store's tests run.
///
/// The checks return what went wrong instead of recording it, so that this kit needs no test library.
package struct RouteStoreConformance {
    /// A store over a fresh route with stable 90 and canary 10, with the means to disturb it.
    package struct Subject {
        package var store: any RouteStore
        /// Writes other weights past the store, as another writer would.
        package var interfere: (RouteWeights) async throws -> Void
        /// Takes the route away.
        package var remove: () async throws -> Void

        package init(
            store: any RouteStore,
            interfere: @escaping (RouteWeights) async throws -> Void,
            remove: @escaping () async throws -> Void
        ) {
            self.store = store
            self.interfere = interfere
            self.remove = remove
        }
    }

    private let make: () async throws -> Subject

    package init(make: @escaping () async throws -> Subject) {
        self.make = make
    }

    /// Runs every check on a subject of its own; empty if the store conforms.
    package func failures() async throws -> [String] {
        let checks: [(String, (Subject) async throws -> [String])] = [
            ("reading", Self.reading), ("stepping", Self.stepping), ("repeating", Self.repeating),
            ("rollback", Self.rollback),
            ("conflict", Self.conflict), ("revisions", Self.revisions), ("removal", Self.removal),
            ("nonsense", Self.nonsense),
        ]
        var failures: [String] = []
        for (name, check) in checks {
            failures += try await check(try await make()).map { "\(name): \($0)" }
        }
        return failures
    }

    private static func reading(_ subject: Subject) async throws -> [String] {
        let first = try await subject.store.read()
        let second = try await subject.store.read()
        return expect([
            (first.weights == RouteWeights(stable: 90, canary: 10), "the weights found are \(first.weights)"),
            (first == second, "two reads of an unchanged route differ"),
            (!first.place.isEmpty, "the place is empty"),
        ])
    }

    private static func stepping(_ subject: Subject) async throws -> [String] {
        var failures: [String] = []
        var snapshot = try await subject.store.read()
        for percent in [25.0, 50, 100, 0, 1] {
            snapshot = try await subject.store.apply(
                WeightPlan(canaryPercent: percent, purpose: .step),
                expecting: snapshot.revision
            )
            let again = try await subject.store.read()
            failures += expect([
                (snapshot.weights.canaryPercent == percent, "\(percent)% gave \(snapshot.weights)"),
                (snapshot.weights.sum == 100, "the sum found was not kept: \(snapshot.weights)"),
                (again == snapshot, "a read after the write differs from what the write returned"),
            ])
        }
        return failures
    }

    private static func repeating(_ subject: Subject) async throws -> [String] {
        let first = try await subject.store.read()
        let same = try await subject.store.apply(
            WeightPlan(canaryPercent: 10, purpose: .step),
            expecting: first.revision
        )
        return expect([(same == first, "weights that were already as planned were written again")])
    }

    private static func rollback(_ subject: Subject) async throws -> [String] {
        let first = try await subject.store.read()
        let back = try await subject.store.apply(.allStable, expecting: first.revision)
        return expect([(back.weights == RouteWeights(stable: 100, canary: 0), "a rollback gave \(back.weights)")])
    }

    private static func conflict(_ subject: Subject) async throws -> [String] {
        let first = try await subject.store.read()
        try await subject.interfere(RouteWeights(stable: 70, canary: 30))
        var failures: [String] = []
        do throws(RouteError) {
            _ = try await subject.store.apply(WeightPlan(canaryPercent: 25, purpose: .step), expecting: first.revision)
            failures.append("a stale revision was written over")
        } catch {
            if error.code != .conflict { failures.append("a stale revision gave \(error.code): \(error)") }
        }
        let now = try await subject.store.read()
        failures += expect([
            (
                now.weights == RouteWeights(stable: 70, canary: 30),
                "the other writer's weights were lost: \(now.weights)"
            ),
            (now.revision != first.revision, "another writer's change kept the revision"),
        ])
        return failures
    }

    private static func revisions(_ subject: Subject) async throws -> [String] {
        let first = try await subject.store.read()
        let second = try await subject.store.apply(
            WeightPlan(canaryPercent: 25, purpose: .step),
            expecting: first.revision
        )
        do throws(RouteError) {
            _ = try await subject.store.apply(WeightPlan(canaryPercent: 50, purpose: .step), expecting: first.revision)
            return ["our own write kept the revision \(second.revision)"]
        } catch {
            return expect([(error.code == .conflict, "an outdated revision gave \(error.code)")])
        }
    }

    private static func removal(_ subject: Subject) async throws -> [String] {
        let first = try await subject.store.read()
        try await subject.remove()
        var failures: [String] = []
        do throws(RouteError) {
            _ = try await subject.store.read()
            failures.append("a route that is gone was read")
        } catch {
            if error.code != .missing { failures.append("reading a route that is gone gave \(error.code)") }
        }
        do throws(RouteError) {
            _ = try await subject.store.apply(.allStable, expecting: first.revision)
            failures.append("a route that is gone was written")
        } catch {
            if error.code != .missing { failures.append("writing a route that is gone gave \(error.code)") }
        }
        return failures
    }

    private static func nonsense(_ subject: Subject) async throws -> [String] {
        var failures: [String] = []
        let first = try await subject.store.read()
        for percent in [-1.0, 101, .nan, .infinity, 100.0 / 3] {
            do throws(RouteError) {
                _ = try await subject.store.apply(
                    WeightPlan(canaryPercent: percent, purpose: .step),
                    expecting: first.revision
                )
                failures.append("\(percent)% was accepted")
            } catch {
                if error.code != .unsupported { failures.append("\(percent)% gave \(error.code)") }
            }
        }
        let now = try await subject.store.read()
        return failures + expect([(now == first, "a refused plan changed the route")])
    }

    private static func expect(_ claims: [(holds: Bool, otherwise: String)]) -> [String] {
        claims.filter { !$0.holds }.map(\.otherwise)
    }
}
