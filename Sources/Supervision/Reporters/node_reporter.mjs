// SPDX-License-Identifier: Apache-2.0
// A reporter for `node --test` that writes what became of each test, a JSON line each.
//
// Needs Node 18 or later and nothing else. It runs in the process that starts the tests, which
// loads no file of the project.
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const root = process.cwd()
const rootURL = pathToFileURL(root).href
const detailMax = 20_000

/** Paths relative to the project, since its folder differs from run to run. */
function relative(text) {
  return text.replaceAll(rootURL + '/', '').replaceAll(root + '/', '')
}

function inside(file) {
  const place = path.relative(root, path.resolve(root, file))
  return place.startsWith('..') || path.isAbsolute(place) ? '' : place
}

/** The innermost file of a stack, calls of the language and of Node itself left out. */
function innermost(stack) {
  for (const line of stack.split('\n')) {
    const frame = line.match(/^\s+at .*?\(?(file:\/\/)?(\/.*?):\d+:\d+\)?$/)
    if (!frame) continue
    const file = inside(frame[1] ? decodeURI(frame[2]) : frame[2])
    return file.split('/').includes('node_modules') ? '' : file
  }
  return ''
}

function failure(error) {
  const cause = error?.cause ?? error
  if (cause === null || typeof cause !== 'object') {
    return { message: relative(String(cause)).slice(0, detailMax) }
  }
  const stack = String(cause.stack ?? '')
  const type = String(cause.name ?? '')
  return {
    type,
    message: relative(`${type}: ${cause.message ?? ''}`).slice(0, detailMax),
    detail: relative(stack).slice(0, detailMax),
    at: innermost(stack),
    assertion:
      cause.code === 'ERR_ASSERTION' || type.endsWith('AssertionError') || 'matcherResult' in cause,
  }
}

/** Why a file could not be loaded, from what its process printed. */
function loadFailure(printed, error) {
  const lines = printed.split('\n')
  const first = lines.findIndex((line) => /^\w*(Error|Exception)\b( \[\w+\])?:/.test(line))
  const message = first < 0 ? (error?.message ?? 'the file failed') : lines[first]
  return { message: relative(message), detail: relative(printed).slice(0, detailMax) }
}

function outcome(type, data) {
  if (data.todo !== undefined && data.todo !== false) {
    return { outcome: 'skipped', message: reason('to do', data.todo) }
  }
  if (data.skip !== undefined && data.skip !== false) {
    return { outcome: 'skipped', message: reason('skipped', data.skip) }
  }
  const error = data.details?.error
  if (type === 'test:pass') return { outcome: 'passed' }
  const isBody = error?.failureType === 'testCodeFailure'
  return { outcome: isBody ? 'failed' : 'errored', ...failure(error) }
}

function reason(word, text) {
  return typeof text === 'string' && text !== '' ? `${word}: ${text}` : word
}

export default async function* report(events) {
  let count = 0
  const open = new Map()
  const printed = new Map()
  const write = (record) => {
    count += 1
    return JSON.stringify(record) + '\n'
  }
  for await (const { type, data } of events) {
    const file = data?.file ?? ''
    if (type === 'test:stderr') {
      printed.set(file, ((printed.get(file) ?? '') + data.message).slice(0, 200_000))
    }
    if (type === 'test:start') {
      const names = open.get(file) ?? []
      names.length = data.nesting
      names.push(data.name)
      open.set(file, names)
    }
    if (type !== 'test:pass' && type !== 'test:fail') continue

    // Node counts a file as a test where no test of it was heard of, or where its process failed.
    if (data.nesting === 0 && path.resolve(root, data.name) === path.resolve(root, file || '.')) {
      if (type === 'test:pass') continue
      const error = data.details?.error
      const record = { file: inside(file), suite: '', name: '', outcome: 'errored' }
      yield write({ ...record, ...loadFailure(printed.get(file) ?? '', error) })
      continue
    }
    const isOnlyParent = data.details?.error?.failureType === 'subtestsFailed'
    const isSuite = data.details?.type === 'suite'
    if (isOnlyParent || (isSuite && type === 'test:pass' && !data.skip && !data.todo)) continue
    // Tests that a pattern left out were not asked for.
    if (data.skip === 'test name does not match pattern') continue
    const suite = (open.get(file) ?? []).slice(0, data.nesting).join(' > ')
    const record = { file: file ? inside(file) : '', suite, name: data.name }
    yield write({ ...record, ...outcome(type, data) })
  }
  yield JSON.stringify({ end: count }) + '\n'
}
