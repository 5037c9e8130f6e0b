import CanaryCore
import CanaryTestKit
import Testing

@Suite("Doubles")
struct DoublesTests {
    @Test("the route store in memory does what every route store must do")
    func conforms() async throws {
        let conformance = RouteStoreConformance {
            let store = InMemoryRouteStore(RouteWeights(stable: 90, canary: 10))
            return RouteStoreConformance.Subject(
                store: store,
                interfere: { await store.interfere($0) },
                remove: { await store.remove() }
            )
        }
        #expect(try await conformance.failures() == [])
    }
}
