// SPDX-License-Identifier: Apache-2.0
// The samples of the documents that this product was asked for by, letter for letter.

enum SeedSamples {
  static let tasks = """
    {
      "sessionId": "XXX",
      "tasks": [
        {
          "id": "task-1",
          "title": "Fix API async params",
          "agent": "backend-specialist",
          "status": "pending",
          "estimatedMinutes": 30,
          "actualMinutes": null,
          "files": [
            "src/app/api/v1/tasks/[id]/route.ts"
          ],
          "tests": [
            "Should return 200 for valid request",
            "Should handle errors gracefully"
          ],
          "blockers": [],
          "output": null
        }
      ],
      "metrics": {
        "totalTasks": 5,
        "completed": 0,
        "failed": 0,
        "blocked": 0,
        "timeSpent": 0,
        "timeEstimated": 180
      }
    }
    """

  static let project = """
    {
      "project_type": "fastapi",
      "init_script": "./scripts/dev-server.sh",
      "health_check": "curl -sf http://localhost:8000/health",
      "test_command": "pytest -q --tb=short",
      "smoke_test": "pytest tests/smoke/ -q",
      "dev_server_port": 8000,
      "required_env": ["DATABASE_URL"],
      "timeout_seconds": {
        "health_check": 5,
        "smoke_test": 60,
        "full_test": 300
      }
    }
    """

  static let plan = """
    # Session XXX Plan

    ## 🎯 Objectives
    1. [SMART goal 1]
    2. [SMART goal 2]
    3. [SMART goal 3]

    ## 📋 Task Breakdown

    ### Task 1: [Name]
    - **Agent**: [Who handles this]
    - **Estimated Time**: [Minutes]
    - **Dependencies**: [What's needed]
    - **Success Criteria**: [How we know it's done]
    - **Test Cases**: [How to verify]

    ### Task 2: [Name]
    [Same structure]

    ## 🔄 Execution Order
    1. Task X (prerequisite)
    2. Task Y (depends on X)
    3. Task Z (parallel with Y)

    ## ⚠️ Risk Mitigation
    - Risk: [What could go wrong]
      Mitigation: [How to handle]

    ## 📊 Success Metrics
    - [ ] All tests pass
    - [ ] No console errors
    - [ ] Performance targets met
    - [ ] Documentation updated

    """

  static let context = """
    # Session XXX Context

    ## System State
    - **Branch**: feature/module-name
    - **Last Commit**: abc123
    - **Build Status**: ✅ Passing / ❌ Failing
    - **Test Coverage**: XX%
    - **Known Issues**: [List]

    ## Previous Session Summary
    - Completed: [What was done]
    - Pending: [What remains]
    - Blockers: [Any issues]

    ## Current Focus
    - Module: [Name]
    - Feature: [What we're building]
    - Priority: [Why now]

    ## Available Resources
    - Agents: [Which ones needed]
    - MCP Servers: [Which ones active]
    - Time Budget: [Hours allocated]

    """

  static let tests = """
    # Session XXX Test Cases

    ## Pre-Session Tests
    - [ ] Development server starts
    - [ ] Database connection works
    - [ ] No TypeScript errors
    - [ ] Existing tests pass

    ## Feature Tests

    ### Test Case 1: [Name]
    ```javascript
    // Playwright test
    await page.goto('/feature');
    await page.click('[data-testid="action"]');
    await expect(page.locator('.result')).toBeVisible();
    ```

    ### Test Case 2: [Name]
    [Test code]

    ## Regression Tests
    - [ ] Previous features still work
    - [ ] Performance not degraded
    - [ ] No new console errors
    - [ ] API backwards compatible

    ## Post-Session Tests
    - [ ] All new tests pass
    - [ ] Coverage increased or maintained
    - [ ] Build succeeds
    - [ ] Deployment ready

    """

  static let tracking = """
    {
      "session": "039",
      "metrics": {
        "tasksPlanned": 10,
        "tasksCompleted": 8,
        "testsWritten": 25,
        "testsPassed": 25,
        "bugsFixed": 5,
        "bugsIntroduced": 0,
        "linesAdded": 500,
        "linesRemoved": 200,
        "timeSpent": 210,
        "timeEstimated": 180
      },
      "score": 85
    }
    """

  static let sessionMetrics = """
    {
      "session_id": "uuid",
      "started_at": "2025-12-28T10:00:00Z",
      "ended_at": "2025-12-28T11:30:00Z",
      "health_status": "HEALTHY",
      "states_visited": ["START", "INIT", "IMPLEMENT", "TEST", "COMPLETE"],
      "compressions": 2,
      "retries": 1,
      "tokens_used": 45000,
      "features_completed": 3
    }
    """

  static let state = """
    {
      "state": "START",
      "entered_at": "2025-12-28T10:00:00+00:00",
      "health_status": "UNKNOWN",
      "history": []
    }
    """
}
