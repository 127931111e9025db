// What ui.js holds, for the type checker. Nothing of this is run.
import type { VNode } from "preact";
export { h, render, Fragment, createContext } from "preact";
export { useState, useEffect, useLayoutEffect, useRef, useMemo, useCallback, useId, useContext } from "preact/hooks";
export { signal, computed, effect, batch, untracked, useSignal, useComputed, useSignalEffect } from "@preact/signals";
export type { Signal, ReadonlySignal } from "@preact/signals";
export declare const html: (strings: TemplateStringsArray, ...values: unknown[]) => VNode<any>;
