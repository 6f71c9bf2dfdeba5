import Events
import Figures
import Projections

/// A piece of evidence for a task of the plan: a whole number from the events, with the row of `plan.csv` that holds it.
struct PlanEvidence: Sendable {
    /// The task, as in ``PlanTask/id``.
    let task: String
    let measure: String
    let chinese: String
    let english: String
    let value: Int64
    /// What it counts in, in Chinese and English.
    let unit: (String, String)

    /// All evidence that the figures at D give, task by task.
    static func all(_ figures: ReportFigures, _ context: ReportContext) -> [PlanEvidence] {
        let thresholds = context.thresholds
        var evidence: [PlanEvidence] = []
        let facilities = ("家", "facilities"), places = ("个托位", "places")
        func add(_ task: String, _ measure: String, _ chinese: String, _ english: String, _ value: Int, _ unit: (String, String)) {
            evidence.append(PlanEvidence(task: task, measure: measure, chinese: chinese, english: english, value: Int64(value), unit: unit))
        }
        let open = figures.projected.facilities.filter { $0.state.isOpen }
        let day = figures.plan.asOf
        func form(_ form: FacilityForm, _ task: String, _ chinese: String, _ english: String) {
            let own = open.filter { $0.state.form == form }
            add(task, "\(form.name)_open", "\(chinese)：在营", "\(english): open", own.count, facilities)
            add(task, "\(form.name)_filed", "\(chinese)：已备案", "\(english): filed", own.count { $0.state.isFiled }, facilities)
            add(task, "\(form.name)_places", "\(chinese)：在营托位", "\(english): open places", own.reduce(0) { $0 + $1.state.places }, places)
            add(
                task, "\(form.name)_enrolled", "\(chinese)：在托", "\(english): enrolments", own.reduce(0) { $0 + $1.enrolled.total },
                ("人次", "enrolments"))
        }
        form(.community, "community", "社区嵌入式设施", "Community-embedded")
        form(.home, "community", "家庭托育点", "Home-based")
        form(.center, "institutions", "托育机构", "Care centres")
        form(.employer, "institutions", "用人单位办托", "Employers")
        form(.kindergarten, "kindergarten", "幼儿园托班", "Kindergarten classes")

        for registrar in Registrar.allCases {
            let names: (String, String) =
                switch registrar {
                case .institution: ("编办登记、在营", "Open, registered by the institutional office")
                case .civilAffairs: ("民政登记、在营", "Open, registered by civil affairs")
                case .market: ("市场监管登记、在营", "Open, registered by market regulation")
                }
            add("registration", "registrar_\(registrar.name)", names.0, names.1, open.count { $0.state.registrar == registrar }, facilities)
        }
        add(
            "registration", "closed", "登记后已关闭", "Registered and since closed",
            figures.projected.facilities.count { $0.state.standing == .closed }, facilities)

        add("filing", "filed", "已备案", "Filed", open.count { $0.state.isFiled }, facilities)
        add(
            "filing", "pending", "已提交、待答复", "Submitted, not answered yet", open.count { !$0.state.isFiled && $0.state.isPending },
            facilities)
        add(
            "filing", "unfiled", "未备案、也没有待办申请", "Not filed, nothing pending", open.count { !$0.state.isFiled && !$0.state.isPending },
            facilities)

        let answers = FilingAnswer.all(figures, context)
        let rule = thresholds.answerWorkingDays
        let submissions = ("次", "submissions")
        add("filing", "submissions", "提交备案（累计）", "Submissions so far", answers.count, submissions)
        add("filing", "returned", "其中退回补正", "of them returned", answers.count { $0.round.ending == .returned }, submissions)
        add("filing", "accepted", "其中出具回执", "of them accepted", answers.count { $0.round.ending == .accepted }, submissions)
        add(
            "filing", "answered_on_time", "\(rule) 个工作日内答复", "Answered within \(rule) working days",
            answers.count { $0.round.ending != nil && $0.isOnTime == true }, submissions)
        add(
            "filing", "answered_late", "超过 \(rule) 个工作日才答复", "Answered later",
            answers.count { $0.round.ending != nil && $0.isOnTime == false }, submissions)
        add(
            "filing", "overdue", "已超 \(rule) 个工作日仍未答复", "Not answered after \(rule) working days", answers.count(where: \.isOverdue),
            submissions)
        let answered = answers.filter { $0.round.ending?.isAnswer ?? false }.compactMap(\.workingDays).sorted()
        if let longest = answered.last {
            add(
                "filing", "median_days", "答复用时中位数", "Median time to an answer", answered[(answered.count - 1) / 2], ("个工作日", "working days")
            )
            add("filing", "longest_days", "答复用时最长", "Longest time to an answer", longest, ("个工作日", "working days"))
        }
        add(
            "filing", "calendar_unknown", "日历未覆盖、只按星期推算", "Told by the weekday alone, the calendar lacking",
            answers.count { $0.workingDays != nil && !$0.isCalendarKnown }, submissions)
        let withoutSubmission = figures.projected.findings.count(of: .acceptedWithoutSubmission)
        add(
            "filing", "accepted_without_submission", "没有提交记录即出具回执", "Accepted without a recorded submission", withoutSubmission,
            ("次", "findings"))

        let measured = open.filter { $0.state.indoorHundredths != nil && $0.state.places > 0 }
        add(
            "standards", "site_unreported", "未报面积", "Indoor area never reported", open.count { $0.state.indoorHundredths == nil },
            facilities)
        for least in [6, 8] {
            add(
                "standards", "under_\(least)_m2", "每托位不足 \(least) 平方米", "Under \(least) m² a place",
                measured.count { ($0.state.indoorHundredths ?? 0) < least * 100 * $0.state.places }, facilities)
        }

        add(
            "land", "sites_reported", "报有场地面积的在营机构", "Open facilities with a reported site",
            open.count { $0.state.indoorHundredths != nil }, facilities)
        let soon = day.adding(days: thresholds.credentialDays)
        func credential(_ name: String, _ chinese: String, _ english: String, _ until: (FacilityState) -> Day?) {
            let filed = open.filter { $0.state.isFiled }
            add(
                "health", "\(name)_missing", "\(chinese)：已备案而从未报送", "\(english): filed, never issued",
                filed.count { until($0.state) == nil }, facilities)
            add(
                "health", "\(name)_expired", "\(chinese)：已过期（在营）", "\(english): expired (open)",
                open.count { until($0.state).map { $0 < day } ?? false }, facilities)
            add(
                "health", "\(name)_expiring", "\(chinese)：\(thresholds.credentialDays) 天内到期（在营）",
                "\(english): expires within \(thresholds.credentialDays) days (open)",
                open.count { until($0.state).map { $0 >= day && $0 <= soon } ?? false }, facilities)
        }
        credential("fire", "消防", "Fire") { $0.fireUntil }
        credential("hygiene", "卫生", "Hygiene") { $0.hygieneUntil }
        credential("food", "食品", "Food") { $0.foodUntil }

        add(
            "supervision", "inspection_pass", "最近检查合格", "Last inspection passed", open.count { $0.state.lastInspection == .pass },
            facilities)
        add(
            "supervision", "inspection_rectify", "最近检查要求整改", "Last inspection asks to rectify",
            open.count { $0.state.lastInspection == .rectify }, facilities)
        add(
            "supervision", "inspection_fail", "最近检查不合格", "Last inspection failed", open.count { $0.state.lastInspection == .fail },
            facilities)
        add("supervision", "inspection_none", "从未检查", "Never inspected", open.count { $0.state.lastInspection == nil }, facilities)
        add(
            "supervision", "over_capacity", "在托超过托位", "More enrolled than places", open.count { $0.enrolled.total > $0.state.places },
            facilities)

        add(
            "staff", "staff_short", "人员不足应配", "Fewer caregivers than required",
            open.count { ($0.state.caregivers ?? 0) < $0.enrolled.caregiversRequired }, facilities)
        add("staff", "staff_unreported", "从未报送人员", "Staff never reported", open.count { $0.state.caregivers == nil }, facilities)
        return evidence
    }
}

extension Table {
    /// `plan.csv`: evidence for the tasks of the plan.
    static func plan(_ context: ReportContext) -> Table {
        Table(
            "plan", "方案任务证据", "Evidence for the plan",
            columns: [
                Column("task", .code, "任务", "Task", "The task of the plan."),
                Column("measure", .code, "测度", "Measure", "What is counted."),
                Column("meaning", .text, "说明", "Meaning", "What is counted, in words."),
                Column("value", .integer, "数值", "Value", "The count at D."),
                Column("unit", .text, "单位", "Unit", "What it counts in."),
            ], key: ["task", "measure"]
        ) { figures, _, writer in
            for evidence in PlanEvidence.all(figures, context) {
                writer.text(evidence.task)
                writer.text(evidence.measure)
                writer.text(evidence.chinese)
                writer.integer(evidence.value)
                writer.text(evidence.unit.0)
                writer.endRow()
            }
        }
    }
}
