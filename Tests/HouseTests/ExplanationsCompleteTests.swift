import Audit
import Figures
import Testing

/// Laws of the house that no single room can keep.
@Suite struct ExplanationsCompleteTests {
    @Test func everyNumericColumnOfCoverageHasAnExplanation() {
        #expect(FigureCatalog.all.count > 40)
        for figure in FigureCatalog.all { #expect(figure.hasExplanation, "\(figure.name)") }
    }
}
